import type { EffectContext } from '@zyra/es'
import { createLanes } from '@zyra/runtime'
import type { EtsyQuantity, EtsyQuantityAnswer, EtsyQuantityPort } from '../oversell-buffer/etsy-quantity.port.ts'
import type { Channels } from './clients.ts'
import { refusalByEtsy } from './vendor-errors.ts'

const WHY: Readonly<Record<string, string>> = {
  'would-raise': 'everything is stopped, and this would raise what Etsy sells',
  'needs-activation': 'the listing is not for sale on Etsy; activate it there',
  'needs-renewal': 'the listing is sold out or has ended on Etsy, and putting it up again costs a listing fee; renew it there if you want to',
  'unknown-sku': 'the listing has no such SKU any more',
  'ambiguous-sku': 'the listing has this SKU more than once with quantities of their own',
  'shared-quantity': 'the listing shares one quantity between several SKUs',
}

/**
 * Etsy's quantities through its own rules. What holds already is not written again, so finding out is reading. One call at a time per
 * listing: a write replaces the listing's whole inventory, so it would bring back what another SKU of it had when it was read
 * (https://developers.etsy.com/documentation/reference/#operation/updateListingInventory).
 */
export const etsyQuantity = (channels: (merchant: string) => Promise<Channels>): EtsyQuantityPort => {
  const listings = createLanes()
  const set = async ({ listingId, sku, quantity }: EtsyQuantity, { merchant, onlyLower, signal }: EffectContext): Promise<EtsyQuantityAnswer> => {
    const { etsyStock } = await channels(merchant)
    try {
      const result = await etsyStock.setQuantity({ listingId, sku, quantity, mayRaise: !onlyLower }, signal)
      if (result.refused !== undefined) return { refused: WHY[result.refused] ?? result.refused }
      const { written, before, after, renewed, alsoZeroed } = result
      return { quantity: after, before, written, renewed, alsoZeroed }
    } catch (error) {
      return { refused: refusalByEtsy(error) }
    }
  }
  const find = async ({ listingId, sku, quantity }: EtsyQuantity, { merchant, signal }: EffectContext): Promise<EtsyQuantityAnswer | undefined> => {
    const { etsyStock } = await channels(merchant)
    try {
      const { sellable } = await etsyStock.readQuantity({ listingId, sku }, signal)
      return sellable === quantity ? { quantity, before: sellable, written: false, renewed: false, alsoZeroed: [] } : undefined
    } catch (error) {
      return { refused: refusalByEtsy(error) }
    }
  }
  const laneOf = ({ listingId }: EtsyQuantity, { merchant }: EffectContext): string => `${merchant} ${listingId}`
  return {
    do: (wanted, context) => listings.add(laneOf(wanted, context), () => set(wanted, context)),
    find: (wanted, context) => listings.add(laneOf(wanted, context), () => find(wanted, context)),
  }
}
