import { memoryLog } from '@zyra/testing'
import { memorySnapshots, outgoing, TIME } from '../test/kit.ts'
import { guardClock } from './clock.ts'
import type { DiskState } from './disk-watch.ts'
import { guardedLog, guardedProbe, guardedSnapshots } from './guarded-log.ts'

const YEARS_10 = 3_653 * 86_400_000
const address = { merchant: 'demo', service: 'inventory', aggregate: 'stock', id: '1' }

const setUp = (trust = false) => {
  const state = { disk: 'ample' as DiskState, now: Date.parse(TIME) }
  const clock = guardClock({ now: () => new Date(state.now), trust })
  const disk = { state: () => state.disk, check: () => ({ name: 'disk', ok: false, detail: '20 MiB free' }) }
  const inner = memoryLog()
  const log = guardedLog(inner, { disk, clock })
  let buffer = 0
  const append = () => {
    buffer += 1
    const event = outgoing(address, { type: 'inventory.BufferSet', data: { buffer } }, { time: new Date(state.now).toISOString() })
    return log.append({ subject: 'zyra.demo.inventory.stock.1', events: [event] }).then(({ status }) => status, (error: unknown) => error)
  }
  return { state, clock, inner, append }
}

describe('the guarded log', () => {
  it('takes nothing while the disk is nearly full', async () => {
    const { state, append } = setUp()
    state.disk = 'critical'
    expect(await append()).toMatchObject({ name: 'LogUnavailable', message: expect.stringContaining('20 MiB free') })
    state.disk = 'low'
    expect(await append()).toBe('appended')
  })

  it.each([['forward', YEARS_10], ['back', -YEARS_10]])('takes nothing of a clock that jumped ten years %s until it is right again', async (_way, jump) => {
    const { state, clock, inner, append } = setUp()
    expect(await append()).toBe('appended')
    state.now += jump
    expect(await append()).toMatchObject({ name: 'LogUnavailable', message: expect.stringContaining('the clock says') })
    expect(clock.check()).toMatchObject({ name: 'clock', ok: false, detail: expect.stringContaining('until it is right') })
    state.now -= jump - 1_000
    expect(await append()).toBe('appended')
    expect(clock.check().ok).toBe(true)
    expect(inner.events().map(({ envelope }) => envelope.time)).toEqual([TIME, '2026-11-20T08:00:01.000Z'])
  })

  it('believes a machine that slept for a year, and a clock that is set back by less than a minute', async () => {
    const { state, append } = setUp()
    expect(await append()).toBe('appended')
    state.now += 365 * 86_400_000
    expect(await append()).toBe('appended')
    state.now -= 59_000
    expect(await append()).toBe('appended')
    state.now -= 2_000
    expect(await append()).toMatchObject({ name: 'LogUnavailable' })
  })

  it('takes what it is given where the clock is to be trusted', async () => {
    const { state, append } = setUp(true)
    expect(await append()).toBe('appended')
    state.now += YEARS_10
    expect(await append()).toBe('appended')
    state.now -= 2 * YEARS_10
    expect(await append()).toBe('appended')
  })
})

describe('what is beside the log', () => {
  const state = { disk: 'critical' as DiskState }
  const disk = { state: () => state.disk, check: () => ({ name: 'disk', ok: false, detail: '20 MiB free' }) }
  beforeEach(() => {
    state.disk = 'critical'
  })

  it('gets no snapshot while the disk is nearly full; those that are there are read', async () => {
    const { store, kept } = memorySnapshots()
    await store.put('a', 1)
    const { get, put } = guardedSnapshots(store, disk)
    await put('a', 2)
    expect([await get('a'), kept.size]).toEqual([1, 1])
    state.disk = 'low'
    await put('a', 2)
    expect(await get('a')).toBe(2)
  })

  it('gets no probe while the disk is nearly full, and says so', async () => {
    const asked: string[] = []
    const probe = guardedProbe(async (service, instance) => asked.push(`${service}.${instance}`), disk)
    await expect(probe('inventory', 'one')).rejects.toMatchObject({ name: 'LogUnavailable', message: 'the probe is not appended: 20 MiB free' })
    expect(asked).toEqual([])
    state.disk = 'low'
    await probe('inventory', 'one')
    expect(asked).toEqual(['inventory.one'])
  })
})
