import { given } from '@zyra/testing'
import { stock, type StockCommand } from './stock.decider.ts'

const [STUDIO, MARKET] = ['9007199254740997', '9007199254740999']
const LISTING = { listingId: '9007199254741013', sku: 'MUG-BLUE', maxQuantity: 999 }

const at = (second: number): string => `2026-11-20T08:00:${String(second).padStart(2, '0')}.000000000Z`

const identified = { type: 'inventory.ItemIdentified', data: { sku: 'MUG-BLUE', title: 'Stoneware mug, Blue' } } as const
const linked = { type: 'inventory.EtsyListingLinked', data: LISTING } as const
const unlinked = { type: 'inventory.EtsyListingUnlinked', data: { listingId: LISTING.listingId } } as const

type Event = ReturnType<typeof stock.decide>[number]
type DataOf<Name extends Event['type']> = Extract<Event, { type: Name }>['data']

/** Five pieces in the studio, unless it says otherwise. */
const observed = (data: Partial<DataOf<'inventory.StockObserved'>> = {}): Event =>
  ({ type: 'inventory.StockObserved', data: { location: STUDIO, before: null, available: 5, total: 5, at: at(1), via: 'webhook', ...data } })

/** Etsy is to sell all five of them. */
const decided = (data: Partial<DataOf<'inventory.EtsyQuantityDecided'>> = {}): Event => ({
  type: 'inventory.EtsyQuantityDecided',
  data: { listingId: LISTING.listingId, sku: 'MUG-BLUE', available: 5, buffer: 2, before: null, quantity: 5, lowers: false, because: 'stock changed', ...data },
})

const observe = (available: number | null, second: number, location = STUDIO): StockCommand => ({ type: 'ObserveLevel', location, available, at: at(second) })

/** Both channels read: five pieces in the studio, and five on Etsy. */
const read = (second: number, seen: Partial<Extract<StockCommand, { type: 'ObserveChannels' }>> = {}): StockCommand => ({
  type: 'ObserveChannels', at: at(second), ...identified.data, levels: [{ location: STUDIO, available: 5 }],
  etsy: { ...LISTING, quantity: 5, soldLately: false }, ...seen,
})
const onEtsy = (quantity: number, soldLately = false) => ({ etsy: { ...LISTING, quantity, soldLately } })
const inStudio = (available: number | null) => ({ levels: [{ location: STUDIO, available }] })

const onSale = [identified, linked, observed(), decided()] as const

describe('the oversell buffer', () => {
  describe('when Shopify tells the stock at a location', () => {
    it('remembers the stock of an item that is not sold on Etsy', () => {
      given(stock).when(observe(5, 1)).then(observed()).thenState({ levels: { [STUDIO]: { available: 5, at: at(1) } }, decided: null })
    })

    it('mirrors it to Etsy', () => {
      given(stock, linked).when(observe(5, 1)).then(observed(), decided()).thenState({ decided: 5 })
    })

    it('adds up all locations', () => {
      given(stock, ...onSale).when(observe(3, 2, MARKET)).then(
        observed({ location: MARKET, available: 3, total: 8, at: at(2) }),
        decided({ available: 8, before: 5, quantity: 8 }),
      )
    })

    it('says when Etsy is to sell less, since that may be done even when everything is stopped', () => {
      given(stock, ...onSale).when(observe(4, 2)).then(
        observed({ before: 5, available: 4, total: 4, at: at(2) }),
        decided({ available: 4, before: 5, quantity: 4, lowers: true }),
      )
    })

    it('takes the last pieces off Etsy: below the buffer it sells none', () => {
      given(stock, ...onSale).when(observe(1, 2)).then(
        observed({ before: 5, available: 1, total: 1, at: at(2) }),
        decided({ available: 1, before: 5, quantity: 0, lowers: true }),
      )
    })

    it('lets Etsy sell exactly as many pieces as the buffer asks for', () => {
      given(stock, ...onSale).when(observe(2, 2)).thenState({ decided: 2 })
    })

    it('sells none on Etsy where Shopify has sold more than there was', () => {
      given(stock, ...onSale).when(observe(-3, 2)).thenState({ decided: 0 })
    })

    it('tells Etsy no more than a listing may hold', () => {
      given(stock, linked).when(observe(12_000, 1)).then(observed({ available: 12_000, total: 12_000 }), decided({ available: 12_000, quantity: 999 }))
    })

    it('tells Etsy nothing where its quantity stays the same', () => {
      given(stock, linked).when(observe(12_000, 1)).when(observe(11_000, 2))
        .then(observed({ before: 12_000, available: 11_000, total: 11_000, at: at(2) }))
        .thenState({ decided: 999 })
    })

    it('ignores what Shopify tells twice', () => {
      given(stock, ...onSale).when(observe(5, 1)).thenNothing()
    })

    it('ignores what comes later than something newer', () => {
      given(stock, ...onSale).when(observe(4, 3)).when(observe(9, 2)).thenNothing().thenState({ decided: 4 })
    })

    it('compares times at one location only', () => {
      given(stock, ...onSale).when(observe(4, 9)).when(observe(1, 2, MARKET)).thenState({ decided: 5 })
    })

    it('tells nanoseconds apart, as Shopify does', () => {
      const [earlier, later] = ['2026-11-20T08:00:01.000000001Z', '2026-11-20T08:00:01.000000002Z']
      given(stock, linked)
        .when({ type: 'ObserveLevel', location: STUDIO, available: 4, at: later })
        .when({ type: 'ObserveLevel', location: STUDIO, available: 9, at: earlier })
        .thenNothing()
    })

    it('leaves Etsy alone once Shopify does not track the item any more', () => {
      given(stock, ...onSale).when(observe(null, 2)).then(observed({ before: 5, available: null, total: null, at: at(2) })).thenState({ decided: null })
    })
  })

  describe('when the merchant sets the buffer', () => {
    it('decides anew what Etsy may sell', () => {
      given(stock, ...onSale).when({ type: 'SetBuffer', buffer: 6 }).then(
        { type: 'inventory.BufferSet', data: { buffer: 6 } },
        decided({ buffer: 6, before: 5, quantity: 0, lowers: true, because: 'buffer changed' }),
      )
    })

    it('keeps it for an item that is not on Etsy yet', () => {
      given(stock).when({ type: 'SetBuffer', buffer: 6 }).then({ type: 'inventory.BufferSet', data: { buffer: 6 } }).when(read(1)).thenState({ decided: 0 })
    })

    it('sells the very last piece on Etsy where the buffer is 0', () => {
      given(stock, ...onSale).when({ type: 'SetBuffer', buffer: 0 }).when(observe(1, 2)).thenState({ decided: 1 })
    })

    it('does nothing where the buffer is what it was', () => {
      given(stock).when({ type: 'SetBuffer', buffer: 2 }).thenNothing()
    })
  })

  describe('when both channels are read', () => {
    it('learns everything about an item that it sees for the first time', () => {
      given(stock).when(read(1, onEtsy(3))).then(
        identified, linked, observed({ via: 'read' }), decided({ before: 3, because: 'listing linked' }),
      )
    })

    it('knows that linking lowers what Etsy sells where Etsy sold too much', () => {
      given(stock).when(read(1, onEtsy(8))).then(
        identified, linked, observed({ via: 'read' }), decided({ before: 8, lowers: true, because: 'listing linked' }),
      )
    })

    it('does nothing where both channels show what is known', () => {
      given(stock, ...onSale).when(read(9)).thenNothing()
    })

    it('finds drift, and repairs it', () => {
      given(stock, ...onSale).when(read(9, onEtsy(12))).then(
        { type: 'inventory.DriftFound', data: { listingId: LISTING.listingId, decided: 5, found: 12 } },
        decided({ before: 12, lowers: true, because: 'drift' }),
      )
    })

    it('raises nothing where Etsy sold lately, since a sale that is not known yet looks like drift', () => {
      given(stock, ...onSale).when(read(9, onEtsy(4, true))).thenNothing()
      given(stock, ...onSale).when(read(9, onEtsy(4, false))).then(
        { type: 'inventory.DriftFound', data: { listingId: LISTING.listingId, decided: 5, found: 4 } },
        decided({ before: 4, because: 'drift' }),
      )
    })

    it('lowers what drifted up, also where Etsy sold lately', () => {
      given(stock, ...onSale).when(read(9, onEtsy(12, true))).then(
        { type: 'inventory.DriftFound', data: { listingId: LISTING.listingId, decided: 5, found: 12 } },
        decided({ before: 12, lowers: true, because: 'drift' }),
      )
    })

    it('finds a webhook that never came', () => {
      given(stock, ...onSale).when(read(9, { ...inStudio(3) })).then(
        observed({ before: 5, available: 3, total: 3, at: at(9), via: 'read' }),
        decided({ available: 3, before: 5, quantity: 3, lowers: true }),
      )
    })

    it('lets stand what a webhook told after the read', () => {
      given(stock, ...onSale).when(observe(4, 8)).when(read(7)).thenNothing().thenState({ decided: 4 })
    })

    it('calls it no drift where Etsy was read before something newer was decided', () => {
      given(stock, ...onSale).when(observe(4, 8)).when(read(7, onEtsy(5))).thenNothing()
    })

    it('forgets the stock at a location that has gone', () => {
      given(stock, ...onSale).when(observe(3, 2, MARKET)).when(read(9, onEtsy(8))).then(
        observed({ location: MARKET, before: 3, available: null, total: 5, at: at(9), via: 'read' }),
        decided({ before: 8, lowers: true }),
      )
    })

    it('neither decides nor finds drift where Shopify does not track the item', () => {
      given(stock, ...onSale).when(read(9, inStudio(null))).then(observed({ before: 5, available: null, total: null, at: at(9), via: 'read' }))
        .when(read(10, { ...inStudio(null), ...onEtsy(3) })).thenNothing()
    })

    it('takes note of a new name', () => {
      const renamed = { sku: 'MUG-BLUE', title: 'Mug, Blue' }
      given(stock, ...onSale).when(read(9, renamed)).then({ type: 'inventory.ItemIdentified', data: renamed })
    })

    it('decides for another listing as if for the first', () => {
      const other = { ...LISTING, listingId: '9007199254741015' }
      given(stock, ...onSale).when(read(9, { etsy: { ...other, quantity: 5, soldLately: false } })).then(
        { type: 'inventory.EtsyListingLinked', data: other },
        decided({ listingId: other.listingId, before: 5, because: 'listing linked' }),
      )
    })

    it('tells Etsy nothing more once the listing has gone', () => {
      given(stock, ...onSale).when(read(9, { etsy: null })).then(unlinked).thenState({ listing: null, decided: null }).when(observe(4, 10))
        .then(observed({ before: 5, available: 4, total: 4, at: at(10) }))
    })

    it('takes a webhook from before a read that found nothing new, until the next read: such a read leaves no trace', () => {
      given(stock, ...onSale).when(read(9)).thenNothing().when(observe(7, 8)).thenState({ decided: 7 }).when(read(20, onEtsy(7))).thenState({ decided: 5 })
    })
  })
})
