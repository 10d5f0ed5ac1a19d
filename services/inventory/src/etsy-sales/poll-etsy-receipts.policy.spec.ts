import { recorded, when } from '@zyra/testing'
import { pollEtsyReceipts } from './poll-etsy-receipts.policy.ts'

const time = '2026-11-20T08:00:00.000Z'
const body = { bodyEncoding: 'utf8', body: '{}', customerId: null, orderId: null } as const
const webhook = (topic: string) => recorded('gateway.EtsyWebhookReceived', { topic, webhookId: 'msg_1', sentAt: null, ...body }, { time })
const to = { aggregate: 'etsy-receipts', id: 'all' } as const
const polls = { ...to, command: { type: 'Poll', at: time, reconciles: false } } as const

describe("when Etsy's receipts are read", () => {
  it('follows what Etsy tells of orders', () => {
    when(pollEtsyReceipts, webhook('order.paid')).dispatches(polls)
    when(pollEtsyReceipts, webhook('listing.updated')).dispatchesNothing()
  })

  it('is when a reconcile begins, and once more when it has read both channels', () => {
    when(pollEtsyReceipts, recorded('inventory.ReconcileStarted', { because: 'on schedule', at: time }))
      .dispatches({ ...to, command: { type: 'Poll', at: time, reconciles: true } })
    when(pollEtsyReceipts, recorded('inventory.ReconcileFinished', { items: 3 }, { time })).dispatches(polls)
  })

  it('ends with the last page of what was read, or with why it was not', () => {
    const until = '2026-11-20T07:59:59.000Z'
    when(pollEtsyReceipts, recorded('inventory.EtsyReceiptsRead', { until, sales: [], last: true }, { time }))
      .dispatches({ ...to, command: { type: 'Finish', until, at: time } })
    when(pollEtsyReceipts, recorded('inventory.EtsyReceiptsRead', { until, sales: [], last: false }, { time })).dispatchesNothing()
    when(pollEtsyReceipts, recorded('inventory.EtsyReceiptsReadFailed', { reason: 'stopped' }, { time }))
      .dispatches({ ...to, command: { type: 'Fail', reason: 'stopped', at: time } })
  })
})
