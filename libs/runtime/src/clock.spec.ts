import { bench } from '../test/kit.ts'
import { clockProblem, waitForClock } from './clock.ts'

const at = (text: string) => new Date(text)

describe('the clock', () => {
  it('is not believed when it is before this was written, or before the last event', () => {
    expect(clockProblem(at('1970-01-01T00:00:09Z'), undefined)).toBe('the clock says 1970-01-01T00:00:09.000Z, but it is at least 2026-11-01T00:00:00.000Z')
    expect(clockProblem(at('2026-11-20T07:58:59Z'), '2026-11-20T08:00:00.000Z')).toContain('it is at least 2026-11-20T07:59:00.000Z')
  })

  it('may be a minute behind the last event, which another machine may have written', () => {
    expect(clockProblem(at('2026-11-20T07:59:00Z'), '2026-11-20T08:00:00.000Z')).toBeUndefined()
  })
})

describe('a start', () => {
  const waiting = async (trust: boolean, times: readonly string[]) => {
    const it = bench()
    await it.set('mug', 1)
    const left = [...times]
    const told: string[] = []
    const stopped = new AbortController()
    const now = () => at(left.shift() ?? '2026-11-21T00:00:00Z')
    await waitForClock(it.log, { now, trust, signal: stopped.signal, onWait: (why) => void told.push(why), pause: async () => undefined })
    return told
  }

  it('waits until the clock is set, and says how to go on without', async () => {
    const told = await waiting(false, ['1970-01-01T00:00:00Z', '1970-01-01T00:00:02Z'])
    expect(told).toHaveLength(2)
    expect(told[0]).toMatch(/waiting for the time to be set\. Set ZYRA_TRUST_CLOCK=true/)
  })

  it('does not wait where the clock is right or to be trusted', async () => {
    expect(await waiting(false, [])).toEqual([])
    expect(await waiting(true, ['1970-01-01T00:00:00Z'])).toEqual([])
  })
})
