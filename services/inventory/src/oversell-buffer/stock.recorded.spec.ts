import { given } from '@zyra/testing'
import { stock } from './stock.decider.ts'

/** A milk jug as a log had it: eight pieces, of which five were sold within seconds. The webhook of the first two came 25 s late. */
const jug = [
  { type: 'inventory.ItemIdentified', data: { sku: 'JUG-S', title: 'Milk jug, 250 ml' } },
  { type: 'inventory.EtsyListingLinked', data: { listingId: '1734000109', sku: 'JUG-S', maxQuantity: 999 } },
  {
    type: 'inventory.StockObserved',
    data: { location: '24826418', before: 8, available: 3, total: 3, at: '2026-11-20T10:57:16.735000217Z', via: 'webhook' },
  },
  {
    type: 'inventory.EtsyQuantityDecided',
    data: { listingId: '1734000109', sku: 'JUG-S', available: 3, buffer: 2, before: 8, quantity: 3, lowers: true, because: 'stock changed' },
  },
] as const

describe('the stock of an item, as it was recorded', () => {
  it('is not raised by a webhook that comes 25 s late', () => {
    given(stock, ...jug)
      .when({ type: 'ObserveLevel', location: '24826418', available: 6, at: '2026-11-20T10:57:10.465000193Z' })
      .thenNothing()
  })
})
