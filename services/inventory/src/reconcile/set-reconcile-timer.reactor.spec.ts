import { recorded, when, whenAnswered } from '@zyra/testing'
import { setReconcileTimer } from './set-reconcile-timer.reactor.ts'

const at = '2026-11-20T08:15:00.000Z'

describe('the timer of the next reconcile', () => {
  it('is set to the time that was decided, which calls nobody outside', () => {
    when(setReconcileTimer, recorded('inventory.ReconcileScheduled', { at })).asks({ permit: { class: 'internal' }, input: { timer: 'reconcile', at } })
  })

  it('is not set by anything else', () => {
    when(setReconcileTimer, recorded('inventory.ReconcileFinished', { items: 3 })).asksNothing()
  })

  it('follows the newest decision only', () => {
    expect(setReconcileTimer.newestOnly).toBe(true)
  })

  it('is recorded once it is set', () => {
    whenAnswered(setReconcileTimer, { timer: 'reconcile', at }, { ok: true, value: undefined })
      .records({ type: 'runtime.TimerSet', data: { timer: 'reconcile', at } })
  })
})
