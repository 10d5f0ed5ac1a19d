import { UnknownEventVersion } from '@zyra/contracts'
import { LogRefused, LogUnavailable } from '@zyra/jetstream'
import { Transient } from './errors.ts'
import { keepTrying, tryUntilDone, type WaitReason } from './retry.ts'

const bench = () => {
  const leaving = new AbortController()
  const waits: { why: string; reason: WaitReason; ms: number }[] = []
  const pauses: number[] = []
  const options = {
    leaving: leaving.signal,
    onWait: (why: string, reason: WaitReason, ms: number) => void waits.push({ why, reason, ms }),
    pause: async (ms: number) => void pauses.push(ms),
  }
  /** Work that fails with these, one after the other, then is done. */
  const failing = (...errors: readonly unknown[]) => {
    const left = [...errors]
    const calls = { count: 0 }
    const work = async (): Promise<void> => {
      calls.count += 1
      if (left.length > 0) throw left.shift()
    }
    return { work, calls }
  }
  return { leaving, waits, pauses, options, failing }
}

describe('trying', () => {
  it('ends with the first success', async () => {
    const { options, pauses, failing } = bench()
    const { work } = failing(new Error('a'), new Error('b'))
    expect(await tryUntilDone(work, options)).toEqual({ status: 'done' })
    expect(pauses).toEqual([200, 1_000])
  })

  it('gives up with the last error after as many pauses as there are', async () => {
    const { options, pauses, failing } = bench()
    const { work, calls } = failing(...Array.from({ length: 9 }, (_, index) => new Error(`failure ${index + 1}`)))
    expect(await tryUntilDone(work, options)).toMatchObject({ status: 'gave up', tries: 5, error: { message: 'failure 5' } })
    expect([calls.count, pauses]).toEqual([5, [200, 1_000, 5_000, 15_000]])
  })

  it('counts a refusal of the log as a failure', async () => {
    const { options, failing } = bench()
    const { work } = failing(...Array.from({ length: 5 }, () => new LogRefused('not allowed')))
    expect(await tryUntilDone(work, options)).toMatchObject({ status: 'gave up', tries: 5 })
  })

  it('waits without end, in ever longer pauses, for what passes by itself', async () => {
    const { options, pauses, waits, failing } = bench()
    const passing = [new LogUnavailable('away'), ...Array.from({ length: 9 }, () => new Transient('busy')), new UnknownEventVersion('newer')]
    const { work } = failing(...passing)
    expect(await tryUntilDone(work, options)).toEqual({ status: 'done' })
    expect(pauses).toEqual([100, 250, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 30_000, 30_000, 30_000])
    expect(waits.map(({ reason }) => reason)).toEqual([...Array.from({ length: 10 }, () => 'holding'), 'outdated'])
  })

  it('waits as long as the vendor asks, and does not count that', async () => {
    const { options, pauses, failing } = bench()
    const { work } = failing(new Transient('later', { retryAfterMs: 7_000 }), new Error('a'), new Transient('later', { retryAfterMs: 90_000 }))
    expect(await tryUntilDone(work, { ...options, pauses: [1] })).toEqual({ status: 'done' })
    expect(pauses).toEqual([7_000, 1, 90_000])
  })

  it('neither spins nor overflows when the vendor asks for nonsense', async () => {
    const { options, pauses, failing } = bench()
    const { work } = failing(...[0, -5, NaN, 1e12].map((retryAfterMs) => new Transient('later', { retryAfterMs })))
    await tryUntilDone(work, options)
    expect(pauses).toEqual([100, 100, 500, 86_400_000])
  })

  it('begins nothing once the work is left to others', async () => {
    const { leaving, options, failing } = bench()
    const { work, calls } = failing(new Error('a'))
    const pause = async (): Promise<void> => leaving.abort()
    expect(await tryUntilDone(work, { ...options, pause })).toEqual({ status: 'left' })
    expect(await tryUntilDone(work, options)).toEqual({ status: 'left' })
    expect(calls.count).toBe(1)
  })

  it('counts what ended well although the work was being left', async () => {
    const { leaving, options } = bench()
    expect(await tryUntilDone(async () => leaving.abort(), options)).toEqual({ status: 'done' })
  })

  it('goes on for ever where giving up would lose something', async () => {
    const { options, pauses, failing } = bench()
    const { work } = failing(...Array.from({ length: 12 }, () => new Error('refused')))
    expect(await keepTrying(work, options)).toBe(true)
    expect(pauses).toHaveLength(12)
  })
})
