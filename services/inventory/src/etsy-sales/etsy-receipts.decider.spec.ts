import { given } from '@zyra/testing'
import { etsyReceipts } from './etsy-receipts.decider.ts'

const at = (minute: number): string => `2026-11-20T08:${String(minute).padStart(2, '0')}:00.000Z`
const poll = (minute: number, reconciles = false) => ({ type: 'Poll', at: at(minute), reconciles } as const)
const finish = (until: number, minute = until) => ({ type: 'Finish', until: at(until), at: at(minute) } as const)
const fail = (minute: number) => ({ type: 'Fail', reason: 'Etsy said no', at: at(minute) } as const)

const started = (since: number, minute: number, reconciles = false) =>
  ({ type: 'inventory.EtsyReceiptsPollStarted', data: { since: at(since), at: at(minute), reconciles } } as const)
const finished = (until: number) => ({ type: 'inventory.EtsyReceiptsPollFinished', data: { until: at(until) } } as const)
const queued = (minute: number) => ({ type: 'inventory.EtsyReceiptsPollQueued', data: { at: at(minute) } } as const)
const failed = { type: 'inventory.EtsyReceiptsPollFailed', data: { reason: 'Etsy said no' } } as const

describe("polling Etsy's receipts", () => {
  it('begins with the time of the first poll: what was sold before, Shopify knows', () => {
    given(etsyReceipts).when(poll(0)).then(started(0, 0))
  })

  it('goes on where the last poll began to read', () => {
    given(etsyReceipts, started(0, 0), finished(1)).when(poll(9)).then(started(1, 9))
  })

  it('is done one at a time: what asks meanwhile, however often, is answered by one poll after it', () => {
    given(etsyReceipts, started(0, 0)).when(poll(1)).then(queued(1)).when(poll(2)).thenNothing()
      .when(finish(0, 3)).then(finished(0), started(0, 3)).when(finish(3, 4)).then(finished(3))
  })

  it('does not keep a reconcile waiting, which reads from the same watermark as the poll under way', () => {
    given(etsyReceipts, started(0, 0), finished(1), started(1, 5)).when(poll(6, true)).then(started(1, 6, true))
      .when(finish(5, 7)).then(finished(5)).when(finish(6, 8)).thenNothing()
  })

  it('keeps the watermark when it fails', () => {
    given(etsyReceipts, started(0, 0), finished(1), started(1, 5)).when(fail(6)).then(failed).when(poll(7)).then(started(1, 7))
  })

  it('is done again after a failure where somebody asked meanwhile', () => {
    given(etsyReceipts, started(0, 0), queued(1)).when(fail(2)).then(failed, started(0, 2))
  })

  it('is given up when it was not heard of for ten minutes', () => {
    given(etsyReceipts, started(0, 0)).when(poll(9)).then(queued(9)).when(poll(10)).then(started(0, 10))
  })

  it('ends once', () => {
    given(etsyReceipts, started(0, 0), finished(1)).when(finish(1)).thenNothing().when(fail(2)).thenNothing()
  })
})
