import type { Recorded } from '@zyra/es'
import { recorded, rows, type ZyraEvent } from '@zyra/testing'
import { stockRows } from './stock.projection.ts'

const item = { aggregateId: '9007199254740993' }
const identified = recorded('inventory.ItemIdentified', { sku: 'MUG-BLUE', title: 'Mug, Blue' }, item)
const observed = (available: number | null, total = available) =>
  recorded('inventory.StockObserved', { location: '7', before: null, available, total, at: '2026-11-20T08:00:00.000000000Z', via: 'webhook' }, item)
const linked = (listingId = '1001') => recorded('inventory.EtsyListingLinked', { listingId, sku: 'MUG-BLUE', maxQuantity: 999 }, item)
const unlinked = recorded('inventory.EtsyListingUnlinked', { listingId: '1001' }, item)
const decided = (quantity: number, buffer = 2) => recorded('inventory.EtsyQuantityDecided', {
  listingId: '1001', sku: 'MUG-BLUE', available: quantity, buffer, before: null, quantity, lowers: false, because: 'stock changed',
}, item)
const set = (quantity: number) => recorded('inventory.EtsyQuantitySet', {
  listingId: '1001', sku: 'MUG-BLUE', quantity, before: null, written: true, renewed: false, alsoZeroed: [],
}, item)
const refused = recorded('inventory.EtsyQuantityRefused', { listingId: '1001', sku: 'MUG-BLUE', quantity: 4, reason: 'the listing has ended' }, item)

const after = (...events: readonly Recorded<ZyraEvent>[]) => rows(stockRows).after(...events)[item.aggregateId]

describe('the stock of an item on the screen', () => {
  it('shows both channels, and what is decided between them', () => {
    expect(rows(stockRows).after(identified, observed(4, 6), linked(), decided(6), set(6))).toEqual({
      '9007199254740993': { sku: 'MUG-BLUE', title: 'Mug, Blue', available: 6, buffer: 2, listingId: '1001', decided: 6, etsy: 6, problem: null },
    })
  })

  it('shows an item of which little is known yet', () => {
    expect(after(observed(4))).toEqual({ sku: '', title: '', available: 4, buffer: null, listingId: null, decided: null, etsy: null, problem: null })
  })

  it('shows what Etsy confirmed beside what it should sell', () => {
    expect(after(linked(), decided(6), set(6), decided(4))).toMatchObject({ decided: 4, etsy: 6 })
  })

  it('shows drift as Etsy told it', () => {
    const drift = recorded('inventory.DriftFound', { listingId: '1001', decided: 6, found: 9 }, item)
    expect(after(linked(), decided(6), set(6), drift)).toMatchObject({ decided: 6, etsy: 9 })
  })

  it('shows the buffer as it is set, and as it was decided on', () => {
    expect(after(recorded('inventory.BufferSet', { buffer: 5 }, item))).toMatchObject({ buffer: 5 })
    expect(after(linked(), decided(6, 3))).toMatchObject({ buffer: 3 })
  })

  it('shows why Etsy does not sell what was decided, until it does', () => {
    expect(after(linked(), decided(4), refused)).toMatchObject({ problem: 'the listing has ended' })
    expect(after(linked(), decided(4), refused, set(4))).toMatchObject({ problem: null, etsy: 4 })
  })

  it('forgets the listing that has gone, with its problem', () => {
    expect(after(linked(), decided(4), refused, unlinked)).toMatchObject({ listingId: null, decided: null, etsy: null, problem: null })
    expect(after(linked(), decided(4), refused, linked('1002'))).toMatchObject({ listingId: '1002', decided: null, etsy: null, problem: null })
  })

  it('shows no decision about stock that Shopify does not track', () => {
    expect(after(linked(), observed(4), decided(4), set(4), observed(null))).toMatchObject({ available: null, decided: null, etsy: 4 })
  })
})
