import type { Timer } from '@zyra/jetstream'
import { timerPort } from './timers.ts'

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
