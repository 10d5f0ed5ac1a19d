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
    whenAnswered(readEtsyReceipts, { since }, { ok: true, value: read }).records({ type: 'inventory.EtsyReceiptsRead', data: { ...read, last: true } })
  })

  it('records that nothing was sold', () => {
    const read = { until: '2026-11-20T08:00:00.000Z', sales: [] }
    whenAnswered(readEtsyReceipts, { since }, { ok: true, value: read }).records({ type: 'inventory.EtsyReceiptsRead', data: { ...read, last: true } })
  })

  it('records many sales in pages that fit into an event each, the last of which says so', () => {
    const sales = Array.from({ length: 1_001 }, (_, index) => ({ ...sale, transactionId: `${9_007_199_254_740_993n + BigInt(index)}`, sku: 'S'.repeat(60) }))
    const { events } = whenAnswered(readEtsyReceipts, { since }, { ok: true, value: { until: since, sales } })
    const pages = events.flatMap((event) => (event.type === 'inventory.EtsyReceiptsRead' ? [event.data] : []))
    expect(pages.map((page) => [page.sales.length, page.last])).toEqual([[500, false], [500, false], [1, true]])
    expect(pages.flatMap((page) => page.sales)).toEqual(sales)
    for (const page of pages) expect(JSON.stringify(page).length).toBeLessThan(256 * 1_024)
  })

  it('records why it could not be read, or was not', () => {
    whenAnswered(readEtsyReceipts, { since }, { ok: true, value: { failed: 'Etsy said no' } })
      .records({ type: 'inventory.EtsyReceiptsReadFailed', data: { reason: 'Etsy said no' } })
    whenAnswered(readEtsyReceipts, { since }, { ok: false, error: 'everything is stopped' })
      .records({ type: 'inventory.EtsyReceiptsReadFailed', data: { reason: 'everything is stopped' } })
  })
})
