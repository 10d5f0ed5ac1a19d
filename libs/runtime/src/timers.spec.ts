import type { Timer } from '@zyra/jetstream'
import { checkTimers, timerPort, wakeTimers } from './timers.ts'

const merchant = (name: string, installed = true) => ({ name, installed, mode: 'sandbox' as const, shopDomain: '', etsyShopId: '' })
const merchants = { all: () => [merchant('demo'), merchant('other'), merchant('gone', false)] }

describe('the port of timers', () => {
  const context = { merchant: 'demo', key: 'k', attempt: 1, onlyLower: false, signal: new AbortController().signal }

  it('hands a timer to the scheduler under its merchant and service, and finds out by setting it again', async () => {
    const set: Timer[] = []
    const port = timerPort({ setTimer: async (timer) => void set.push(timer) }, 'inventory', merchants)
    const request = { timer: 'reconcile', at: '2026-11-20T09:00:00.000Z' }
    expect([await port.do(request, context), await port.find?.(request, context)]).toEqual([request, request])
    const timer = { merchant: 'demo', service: 'inventory', ...request }
    expect(set).toEqual([timer, timer])
  })

  it('hands on one for every merchant that has the app, where it is for everyone', async () => {
    const set: Timer[] = []
    const port = timerPort({ setTimer: async (timer) => void set.push(timer) }, 'inventory', merchants)
    const one = { timer: 'resumed', at: '2026-11-20T09:00:00.000Z' }
    await port.do({ ...one, whose: 'everyone' }, { ...context, merchant: '_' })
    expect(set).toEqual(['demo', 'other'].map((name) => ({ merchant: name, service: 'inventory', ...one })))
  })
})

describe('standing timers', () => {
  it('fire at once where none is set, for merchants with the app, and once each', async () => {
    const set = new Map([['demo reconcile', '2026-11-20T09:00:00.000Z']])
    const keyOf = ({ merchant: name, timer }: { merchant: string; timer: string }) => `${name} ${timer}`
    const js = {
      isTimerSet: async (timer: Omit<Timer, 'at'>) => set.has(keyOf(timer)),
      setTimer: async (timer: Timer) => void set.set(keyOf(timer), timer.at),
    }
    const options = { js, merchants, service: 'inventory', timers: ['reconcile'], now: () => new Date('2026-11-20T08:00:00Z') }
    expect(await wakeTimers(options)).toEqual(['reconcile of other'])
    expect([...set]).toEqual([['demo reconcile', '2026-11-20T09:00:00.000Z'], ['other reconcile', '2026-11-20T08:00:00.000Z']])
    expect(await wakeTimers(options)).toEqual([])
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
