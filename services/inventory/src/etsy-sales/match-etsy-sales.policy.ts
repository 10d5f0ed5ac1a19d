import type { InventoryEvent } from '@zyra/contracts'
import { policy, type Dispatch } from '@zyra/es'
import type { EtsyOfferCommand } from './etsy-offer.decider.ts'

const offerOf = ({ listingId, sku }: { readonly listingId: string; readonly sku: string }): string => `${listingId}~${sku}`

/** Sales are taken from the tracked location that has most. */
const mostStocked = (levels: readonly { readonly location: string; readonly available: number | null }[]): string | null => {
  const tracked = levels.flatMap(({ location, available }) => (available === null ? [] : [{ location, available }]))
  return tracked.toSorted((a, b) => b.available - a.available)[0]?.location ?? null
}

type ChannelsRead = Extract<InventoryEvent, { type: 'inventory.ChannelsRead' }>['data']

/** What one item that was read means for the offer that sells it, if there is one. */
export const linksOf = (asOf: string, { inventoryItem, levels, etsy }: ChannelsRead['items'][number]): readonly Dispatch<EtsyOfferCommand>[] =>
  (etsy === null
    ? []
    : [{ aggregate: 'etsy-offer', id: offerOf(etsy), command: { type: 'Link', inventoryItem, location: mostStocked(levels), at: asOf } }])

/** What Etsy offers is linked to Shopify's items by every read of both channels; what Etsy sold is matched to them. */
export const matchEtsySales = policy<InventoryEvent, EtsyOfferCommand>({
  name: 'match-etsy-sales',
  on: {
    'inventory.ChannelsRead': ({ data: { asOf, items } }) =>
      items.flatMap((item) => linksOf(asOf, item)),
    'inventory.EtsyReceiptsRead': ({ data: { sales } }) =>
      sales.map(({ listingId, sku, transactionId, quantity, soldAt }) => ({
        aggregate: 'etsy-offer',
        id: offerOf({ listingId, sku }),
        command: { type: 'Sell', transactionId, quantity, soldAt },
      })),
  },
})
