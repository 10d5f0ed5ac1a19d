import { given } from '@zyra/testing'
import { stock, type StockCommand } from './stock.decider.ts'

const [STUDIO, MARKET] = ['9007199254740997', '9007199254740999']
const LISTING = { listingId: '9007199254741013', sku: 'MUG-BLUE', maxQuantity: 999 }

const at = (second: number): string => `2026-11-20T08:00:${String(second).padStart(2, '0')}.000000000Z`
const observe = (available: number, second: number, location = STUDIO): StockCommand => ({ type: 'ObserveLevel', location, available, at: at(second) })
const read = (second: number, available: number, quantity: number): StockCommand =>
  ({
    type: 'ObserveChannels', at: at(second), sku: 'MUG-BLUE', title: 'Mug', levels: [{ location: STUDIO, available }],
    etsy: { ...LISTING, quantity, soldLately: false },
  })
const sale = (countedAt: string | null, transactionId = '7001', quantity = 1) => ({ transactionId, quantity, location: STUDIO, countedAt })
const sold = (countedAt: string | null = null, transactionId = '7001', quantity = 1): StockCommand =>
  ({ type: 'WithholdSale', sale: sale(countedAt, transactionId, quantity) })

const withheld = (...given: Parameters<typeof sale>) => ({ type: 'inventory.SaleWithheld', data: sale(...given) } as const)
const decided = (available: number, before: number, quantity = available) => ({
  type: 'inventory.EtsyQuantityDecided',
  data: { listingId: LISTING.listingId, sku: 'MUG-BLUE', available, buffer: 2, before, quantity, lowers: quantity < before, because: 'stock changed' },
} as const)

/** Nine pieces in the studio, all of them on Etsy. */
const onSale = given(stock).when(read(1, 9, 9))

describe('a sale on Etsy that Shopify does not know', () => {
  it('is taken off what Etsy may sell at once', () => {
    onSale.when(sold()).then(withheld(null), decided(8, 9))
  })

  it('takes Etsy below the buffer like any other', () => {
    onSale.when(observe(2, 2)).when(sold()).then(withheld(null), decided(1, 2, 0))
  })

  it('is no drift, and what Shopify still counts is not offered again', () => {
    onSale.when(sold()).when(read(5, 9, 8)).thenState({ decided: 8 })
  })

  it('stays off when Shopify tells something that cannot have it in it', () => {
    onSale.when(sold()).when(observe(7, 5)).thenState({ decided: 6 }).when(sold(at(6))).thenState({ decided: 6 })
  })

  it('is told once', () => {
    onSale.when(sold()).when(sold()).thenNothing().when(sold(at(5))).then(withheld(at(5))).when(sold(at(5))).thenNothing().when(sold()).thenNothing()
  })

  it('changes nothing on Etsy where Shopify does not track the item, or the item is not on Etsy', () => {
    given(stock).when(sold()).then(withheld(null)).when(observe(9, 2)).thenState({ decided: null })
  })
})

describe('a sale on Etsy that Shopify counted', () => {
  const counted = onSale.when(sold()).when(sold(at(5)))

  it('stays off until Shopify tells a number from then or later', () => {
    counted.thenState({ decided: 8 }).when(observe(9, 4)).thenState({ decided: 8 }).when(observe(8, 5)).thenState({ decided: 8 })
  })

  it('is over when the webhook came before the answer', () => {
    onSale.when(sold()).when(observe(8, 5)).thenState({ decided: 7 }).when(sold(at(5))).then(withheld(at(5)), decided(8, 7))
  })

  it('is over with a read, if its webhook never comes', () => {
    counted.when(read(6, 8, 8)).thenState({ decided: 8 })
  })

  it('is over with a read that shows the same number as before, since somebody put a piece back', () => {
    counted.when(read(6, 9, 8)).thenState({ decided: 9 })
  })

  it('is not over with what another location tells', () => {
    counted.when(observe(3, 9, MARKET)).thenState({ decided: 11 })
  })

  it('is forgotten with the next sale', () => {
    counted.when(observe(8, 5)).when(sold(null, '7002')).thenState({ withheld: [sale(null, '7002')] })
  })

  it('leaves what is not over with the next sale', () => {
    counted.when(sold(null, '7002', 2)).thenState({ withheld: [sale(at(5)), sale(null, '7002', 2)], decided: 6 })
  })
})
