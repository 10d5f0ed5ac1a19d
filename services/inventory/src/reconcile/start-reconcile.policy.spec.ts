import { INSTALLATION } from '@zyra/contracts'
import { recorded, when } from '@zyra/testing'
import { startReconcile } from './start-reconcile.policy.ts'

const time = '2026-11-20T08:15:00.250Z'
const meta = { time }
const starts = (because: string) => ({ aggregate: 'reconcile', id: 'all', command: { type: 'Start', because, at: time } }) as const

const timer = (name: string) => recorded('runtime.TimerFired', { timer: name, due: '2026-11-20T08:15:00.000Z' }, meta)
const set = (alsoZeroed: string[]) =>
  recorded('inventory.EtsyQuantitySet', { listingId: '1001', sku: 'MUG-BLUE', quantity: 4, before: 5, written: true, renewed: false, alsoZeroed }, meta)

describe('when both channels are read', () => {
  it('is on the timetable, at the time when the timer fired', () => {
    when(startReconcile, timer('reconcile')).dispatches(starts('on schedule'))
  })

  it('is when the whole installation resumed, whose timer fires for each merchant', () => {
    when(startReconcile, timer('resumed')).dispatches(starts('calls resumed'))
  })

  it('is not for the timers of others', () => {
    when(startReconcile, timer('digest')).dispatchesNothing()
  })

  it('is on demand', () => {
    when(startReconcile, recorded('gateway.ReconcileRequested', { requestId: 'r-1', by: 'command-line' }, meta)).dispatches(starts('requested'))
  })

  it('is for a new merchant', () => {
    const registered = recorded('orchestrator.MerchantRegistered', { mode: 'sandbox', shopDomain: 'demo.myshopify.com', etsyShopId: '1', at: null }, meta)
    when(startReconcile, registered)
      .dispatches({ aggregate: 'reconcile', id: 'all', command: { type: 'Open', because: 'new merchant', at: time } })
  })

  it('is never again for a shop that removed the app', () => {
    when(startReconcile, recorded('orchestrator.MerchantUninstalled', { shopDomain: 'demo.myshopify.com' }, meta))
      .dispatches({ aggregate: 'reconcile', id: 'all', command: { type: 'End' } })
  })

  it('is after a stop, since much may have happened meanwhile', () => {
    when(startReconcile, recorded('orchestrator.CallsResumed', { by: 'command-line' }, meta)).dispatches(starts('calls resumed'))
  })

  it('is after a restore, whatever was under way when the backup was taken', () => {
    const data = { epoch: 2, takenAt: '2026-11-19T02:00:00.000Z', lastSequence: 9, erasures: 0, register: 'found' } as const
    when(startReconcile, recorded('orchestrator.LogRestored', data, meta))
      .dispatches({ aggregate: 'reconcile', id: 'all', command: { type: 'Restart', because: 'the log was restored', at: time } })
  })

  it('is not for the installation, which has no channels: its merchants have timers', () => {
    when(startReconcile, recorded('orchestrator.CallsResumed', { by: 'command-line' }, { ...meta, merchant: INSTALLATION })).dispatchesNothing()
  })

  it('is after Etsy had to zero other SKUs of a listing, which want their own quantity again', () => {
    when(startReconcile, set(['MUG-SAND'])).dispatches(starts('other SKUs of a listing were zeroed'))
    when(startReconcile, set([])).dispatchesNothing()
  })
})
