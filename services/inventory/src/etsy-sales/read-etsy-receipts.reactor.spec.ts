import { recorded, when, whenAnswered } from '@zyra/testing'
import { readEtsyReceipts } from './read-etsy-receipts.reactor.ts'

const since = '2026-11-20T07:45:00.000Z'
const sale = { receiptId: '5', transactionId: '7001', listingId: '1001', sku: 'MUG-BLUE', quantity: 1, soldAt: since }

describe("reading Etsy's receipts", () => {
  it('asks for what changed since the watermark', () => {
    when(readEtsyReceipts, recorded('inventory.EtsyReceiptsPollStarted', { since, at: '2026-11-20T08:00:00.000Z', reconciles: false }))
      .asks({ permit: { class: 'operational', effect: 'lowers-stock' }, input: { since } })
  })

  it('records what was sold', () => {
    const read = { until: '2026-11-20T08:00:00.000Z', sales: [sale] }
    whenAnswered(readEtsyReceipts, { since }, { ok: true, value: read }).records({ type: 'inventory.EtsyReceiptsRead', data: read })
  })

  it('records why it could not be read, or was not', () => {
    whenAnswered(readEtsyReceipts, { since }, { ok: true, value: { failed: 'Etsy said no' } })
      .records({ type: 'inventory.EtsyReceiptsReadFailed', data: { reason: 'Etsy said no' } })
    whenAnswered(readEtsyReceipts, { since }, { ok: false, error: 'everything is stopped' })
      .records({ type: 'inventory.EtsyReceiptsReadFailed', data: { reason: 'everything is stopped' } })
  })
})
