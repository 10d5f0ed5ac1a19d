import { effect, openShops } from '../../test/shops.ts'
import { receiptsOf } from './etsy-receipts.ts'

const product = (sku: string, quantity: number) => ({ sku, price: 2_000, quantity })
const listings = [{ listingId: 1_001, title: 'Mug', products: [product('MUG', 9)] }, { listingId: 1_002, title: 'Plate', products: [product('PLATE', 9)] }]
const NOW = new Date()
const since = (minutesAgo: number): string => new Date(NOW.getTime() - minutesAgo * 60_000).toISOString()

describe("reading Etsy's receipts", () => {
  let shops: Awaited<ReturnType<typeof openShops>>
  beforeEach(async () => {
    shops = await openShops({ catalogue: { name: 'Shop', currency: 'EUR', locations: ['Studio'], products: [] }, listings })
  })
  afterEach(() => shops.close())
  const read = (minutesAgo = 0) => receiptsOf(shops.channels, () => NOW).do({ since: since(minutesAgo) }, effect())

  it('tells each line of each order, and nothing of who bought', async () => {
    shops.etsy.placeOrder({ lines: [{ sku: 'MUG', quantity: 2 }, { sku: 'PLATE', quantity: 1 }] })
    const ids = { receiptId: expect.any(String), transactionId: expect.any(String), soldAt: expect.stringMatching(/^\d{4}.*Z$/) }
    expect(await read()).toEqual({
      until: NOW.toISOString(),
      sales: [{ ...ids, listingId: '1001', sku: 'MUG', quantity: 2 }, { ...ids, listingId: '1002', sku: 'PLATE', quantity: 1 }],
    })
  })

  it('looks back ten minutes further than the last read began, since our clock may be minutes fast', async () => {
    shops.etsy.placeOrder({ lines: [{ sku: 'MUG', quantity: 1 }] })
    expect(await read(-9)).toMatchObject({ sales: [{ sku: 'MUG' }] })
    expect(await read(-12)).toMatchObject({ sales: [] })
  })

  it('leaves out what is not paid, cancelled, or of a listing that has gone', async () => {
    const price = { amount: 1, divisor: 1, currency_code: 'EUR' }
    const line = (transactionId: string, listingId?: string) => ({ transactionId, listingId, productId: undefined, sku: 'MUG', quantity: 1, price })
    const times = { createdAt: 1_790_000_000, updatedAt: 1_790_000_000 }
    const receipt = { receiptId: '5', status: 'Paid', isPaid: true, ...times, transactions: [line('1', '1001'), line('2')] }
    const receipts = [receipt, { ...receipt, status: 'Canceled' }, { ...receipt, isPaid: false }]
    const real = await shops.channels()
    const etsy = { ...real.etsy, getShopReceipts: async function* () { yield* receipts } }
    const found = await receiptsOf(async () => ({ ...real, etsy }), () => NOW).do({ since: since(0) }, effect())
    expect(found).toMatchObject({ sales: [{ transactionId: '1', listingId: '1001', soldAt: '2026-09-21T14:13:20.000Z' }] })
    expect('sales' in found ? found.sales : []).toHaveLength(1)
  })

  it('fails on an answer that makes no sense, so that the next read asks again', async () => {
    shops.etsy.faults.add({ kind: 'malformed-json', where: { operation: 'getShopReceipts' } })
    expect(await read()).toEqual({ failed: expect.stringContaining("Etsy's receipts cannot be read") })
  })

  it('waits while Etsy is away', async () => {
    shops.etsy.faults.add({ kind: 'server-error', where: { operation: 'getShopReceipts' } })
    await expect(read()).rejects.toMatchObject({ name: 'Transient' })
  })
})
