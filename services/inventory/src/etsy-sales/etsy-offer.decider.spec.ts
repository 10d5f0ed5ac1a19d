import { given } from '@zyra/testing'
import { etsyOffer, REMEMBERED_MS } from './etsy-offer.decider.ts'

const [ITEM, OTHER, STUDIO, MARKET] = ['9007199254740993', '9007199254740995', '24826418', '24826419']
const LINKED_AT = '2026-11-20T08:00:00.000000000Z'

const soldAt = (seconds: number): string => new Date(Date.parse(LINKED_AT) + seconds * 1_000).toISOString()
const sale = (transactionId: string, seconds: number, quantity = 1) => ({ transactionId, quantity, soldAt: soldAt(seconds) })
const sell = (...given: Parameters<typeof sale>) => ({ type: 'Sell', ...sale(...given) } as const)
const link = ({ inventoryItem = ITEM, location = STUDIO, at = LINKED_AT }: { inventoryItem?: string; location?: string | null; at?: string } = {}) =>
  ({ type: 'Link', inventoryItem, location, at } as const)

const linked = ({ inventoryItem = ITEM, location = STUDIO, since = LINKED_AT }: { inventoryItem?: string; location?: string | null; since?: string } = {}) =>
  ({ type: 'inventory.EtsyOfferLinked', data: { inventoryItem, location, since } } as const)
const matched = (of: ReturnType<typeof sale>, inventoryItem = ITEM, location = STUDIO) =>
  ({ type: 'inventory.EtsySaleMatched', data: { inventoryItem, location, ...of } } as const)
const unmatched = (of: ReturnType<typeof sale>) => ({ type: 'inventory.EtsySaleUnmatched', data: of } as const)

describe('an offer on Etsy', () => {
  it('is linked to its item once', () => {
    given(etsyOffer).when(link()).then(linked()).when(link()).thenNothing()
  })

  it('matches a sale to its item', () => {
    given(etsyOffer, linked()).when(sell('7001', 60, 2)).then(matched(sale('7001', 60, 2)))
  })

  it('matches each transaction once, however often its receipt changes', () => {
    given(etsyOffer, linked()).when(sell('7001', 60)).when(sell('7002', 61)).when(sell('7001', 60)).thenNothing()
  })

  it('knows that Shopify knows what was sold before it was linked, give or take what the clocks differ by', () => {
    given(etsyOffer, linked()).when(sell('6999', -61)).thenNothing().when(sell('7000', -60)).then(matched(sale('7000', -60)))
  })

  it('records a sale of what is linked to nothing, once', () => {
    given(etsyOffer).when(sell('7001', 60)).then(unmatched(sale('7001', 60))).when(sell('7001', 60)).thenNothing()
  })

  it('matches a sale that it heard of before the link, if it is from after it', () => {
    given(etsyOffer, unmatched(sale('6000', -90)), unmatched(sale('7001', 5))).when(link()).then(linked(), matched(sale('7001', 5)))
      .when(sell('7001', 5)).thenNothing()
  })

  it('takes sales from the location that it was linked to last', () => {
    given(etsyOffer, linked()).when(link({ location: MARKET, at: '2026-11-20T09:00:00.000000000Z' })).then(linked({ location: MARKET }))
      .when(sell('7001', 60)).then(matched(sale('7001', 60), ITEM, MARKET))
  })

  it('sells the pieces of the item that it was linked to last', () => {
    given(etsyOffer, linked()).when(link({ inventoryItem: OTHER })).then(linked({ inventoryItem: OTHER }))
      .when(sell('7001', 60)).then(matched(sale('7001', 60), OTHER))
  })

  it('counts nothing while Shopify does not track the item, nor afterwards what was sold until then', () => {
    const later = '2026-11-20T10:00:00.000000000Z'
    given(etsyOffer).when(link({ location: null })).then(linked({ location: null })).when(sell('7001', 60)).then(unmatched(sale('7001', 60)))
      .when(link({ at: later })).then(linked({ since: later })).when(sell('7002', 7_200)).then(matched(sale('7002', 7_200)))
  })

  it('remembers transactions for ninety days, and takes older ones for known', () => {
    const newest = REMEMBERED_MS / 1_000
    given(etsyOffer, linked()).when(sell('7001', 0)).when(sell('8000', newest)).thenState({ matched: [sale('8000', newest)] })
      .when(sell('7001', 0)).thenNothing().when(sell('7002', 1)).then(matched(sale('7002', 1)))
  })
})
