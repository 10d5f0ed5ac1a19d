import { memoryLog } from '@zyra/testing'
import { bench } from '../test/kit.ts'
import { LATE_CALLS_MS, takeOver } from './ownership.ts'
import { openParking } from './parking.ts'

const setUp = () => {
  const it = bench(memoryLog())
  const [lost, draining, clock] = [new AbortController(), new AbortController(), { now: 5_000 }]
  const pauses: number[] = []
  const take = () =>
    takeOver({
      log: it.log, openParking: () => openParking({ ...it, service: 'inventory', kind: 'reactor' }), lost: lost.signal, draining: draining.signal,
      monotonic: () => clock.now, onWait: (_why, _reason, ms) => void pauses.push(ms), pause: async () => undefined,
    })
  return { ...it, lost, draining, clock, pauses, take }
}

describe('a take-over', () => {
  it('knows that what stood in the log before may be in work elsewhere', async () => {
    const { set, clock, take } = setUp()
    await set('mug', 1)
    const owned = await take()
    clock.now += LATE_CALLS_MS
    expect([owned?.mayBeInWorkElsewhere(1), owned?.mayBeInWorkElsewhere(2)]).toEqual([true, false])
  })

  it('knows that a call of the owner before may land for a while, on whatever comes', async () => {
    const { clock, take } = setUp()
    const owned = await take()
    clock.now += LATE_CALLS_MS - 1
    expect(owned?.mayBeInWorkElsewhere(1)).toBe(true)
  })

  it('waits for the log', async () => {
    const { log, pauses, take } = setUp()
    log.failReads(3)
    expect(await take()).toBeDefined()
    expect(pauses).toEqual([100, 250, 500])
  })

  it('comes to nothing when the ownership is lost or left before', async () => {
    for (const end of ['lost', 'draining'] as const) {
      const it = setUp()
      it[end].abort()
      expect(await it.take()).toBeUndefined()
    }
  })

  it('leaves when it loses, and does not lose when it leaves', async () => {
    const { draining, lost, take } = setUp()
    const owned = await take()
    draining.abort()
    expect([owned?.leaving.aborted, owned?.lost.aborted]).toEqual([true, false])
    lost.abort()
    expect(owned?.lost.aborted).toBe(true)
  })
})
