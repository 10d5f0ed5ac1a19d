import type { Timer } from '@zyra/jetstream'
import { checkTimers, timerPort } from './timers.ts'

describe('the port of timers', () => {
  it('hands a timer to the scheduler under its merchant and service, and finds out by setting it again', async () => {
    const set: Timer[] = []
    const port = timerPort({ setTimer: async (timer) => void set.push(timer) }, 'inventory')
    const context = { merchant: 'demo', key: 'k', attempt: 1, onlyLower: false, signal: new AbortController().signal }
    const request = { timer: 'reconcile', at: '2026-11-20T09:00:00.000Z' }
    expect([await port.do(request, context), await port.find?.(request, context)]).toEqual([request, request])
    const timer = { merchant: 'demo', service: 'inventory', ...request }
    expect(set).toEqual([timer, timer])
  })
})

describe('the health of timers', () => {
  it('is bad once nobody owned them for a minute while some are due', async () => {
    const [clock, state] = [{ now: 0 }, { owner: false, owned: false, pending: 0, inFlight: 0 }]
    const check = checkTimers('inventory', { state: async () => ({ ...state }) }, () => clock.now)
    expect(await check()).toEqual({ name: 'inventory-timers', ok: true, detail: '0 due, idle' })
    Object.assign(state, { pending: 1, inFlight: 1 })
    expect(await check()).toMatchObject({ ok: true })
    clock.now = 60_001
    expect(await check()).toMatchObject({ ok: false, detail: '2 due, owned by nobody for a minute' })
    Object.assign(state, { owned: true })
    expect(await check()).toMatchObject({ ok: true, detail: '2 due, owned elsewhere' })
  })
})
