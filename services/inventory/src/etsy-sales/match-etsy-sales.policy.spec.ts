import { recorded, when } from '@zyra/testing'
import { matchEtsySales } from './match-etsy-sales.policy.ts'

const asOf = '2026-11-20T08:00:00.400000000Z'
const etsy = { listingId: '1001', sku: 'MUG-BLUE', quantity: 4, maxQuantity: 999, soldLately: false }
const item = { inventoryItem: '1', sku: 'MUG-BLUE', title: 'Mug', levels: [{ location: '7', available: 4 }], etsy }
type Item = Omit<typeof item, 'levels' | 'etsy'> & { levels: { location: string; available: number | null }[]; etsy: typeof etsy | null }
const read = (...items: readonly Item[]) =>
  recorded('inventory.ChannelsRead', { asOf, last: true, itemsBefore: 0, unchanged: 0, items: [...items] })
const linkTo = (location: string | null) =>
  ({ aggregate: 'etsy-offer', id: '1001~MUG-BLUE', command: { type: 'Link', inventoryItem: '1', location, at: asOf } } as const)

describe('matching what Etsy sells to what Shopify has', () => {
  it('links every offer that a read shows, and no item that is not on Etsy', () => {
    when(matchEtsySales, read(item, { ...item, inventoryItem: '2', etsy: null })).dispatches(linkTo('7'))
  })

  it('chooses the tracked location that has most', () => {
    const levels = [null, 4, 5, 5].map((available, place) => ({ location: `${6 + place}`, available }))
    when(matchEtsySales, read({ ...item, levels })).dispatches(linkTo('8'))
  })

  it('chooses none where Shopify does not track the item', () => {
    when(matchEtsySales, read({ ...item, levels: [{ location: '7', available: null }] })).dispatches(linkTo(null))
  })

  it('hands each sale to its offer', () => {
    const sale = { transactionId: '7001', quantity: 2, soldAt: '2026-11-20T08:00:00.000Z' }
    const line = { ...sale, receiptId: '5', listingId: '1001', sku: 'MUG-BLUE' }
    const sales = [line, { ...line, transactionId: '7002', listingId: '1002', sku: '' }]
    when(matchEtsySales, recorded('inventory.EtsyReceiptsRead', { until: sale.soldAt, sales, last: true })).dispatches(
      { aggregate: 'etsy-offer', id: '1001~MUG-BLUE', command: { type: 'Sell', ...sale } },
      { aggregate: 'etsy-offer', id: '1002~', command: { type: 'Sell', ...sale, transactionId: '7002' } },
    )
  })
})
