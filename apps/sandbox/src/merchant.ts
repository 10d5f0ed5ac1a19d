import type { EtsyFake } from '@zyra/vendor-etsy/fake'
import type { Clock, Random } from '@zyra/vendor-faults'
import type { ShopifyFake } from '@zyra/vendor-shopify/fake'
import { BUFFER, demoProducts } from './demo/shop.ts'
import { totalStock } from './demo/product.ts'

const RESTOCK_CHANCE = 0.3
const RENEW_CHANCE = 0.3
/** What is left of a SKU when the merchant thinks of making more. */
const LOW = 2
const LISTING_LIFE_S = 120 * 24 * 60 * 60

export interface Merchant {
  /** Now and then makes more of what runs low, and pays Etsy for a listing that sold out; drawn from `random`. */
  readonly tend: (random: Random) => void
}

export interface MerchantOptions {
  readonly shopify: ShopifyFake
  readonly etsy: EtsyFake
  readonly clock: Clock
}

/** Keeps the demo shop in goods, so that trading never ends. What is unique stays sold. */
export const createMerchant = ({ shopify, etsy, clock }: MerchantOptions): Merchant => {
  const variants = demoProducts.flatMap((product) => product.variants.map((variant) => ({ ...variant, onShopify: product.onShopify })))
  const makeable = variants.filter(({ onShopify, tracked, unique }) => onShopify && tracked === undefined && unique === undefined)

  const stockOf = (sku: string) => shopify.variant(sku).levels.reduce((sum, { available }) => sum + available, 0)

  const restock = (random: Random) => {
    const chosen = choose(makeable.filter(({ sku }) => stockOf(sku) <= LOW), random)
    if (chosen === undefined) return
    const [level] = shopify.variant(chosen.sku).levels
    if (level === undefined) return
    shopify.setAvailable(chosen.sku, level.available + Math.max(LOW + 1, totalStock(chosen)), level.locationId)
  }

  /** One piece each of what the shop has, all of it for what only Etsy sells; whoever keeps the channels in step sets the rest. */
  const quantityAgain = (sku: string): number => {
    const variant = variants.find((candidate) => candidate.sku === sku)
    if (variant?.onShopify === false) return totalStock(variant)
    return variant !== undefined && stockOf(sku) >= BUFFER ? 1 : 0
  }

  const renew = (random: Random) => {
    const worthIt = etsy.rows().filter(({ state, sku }) => state === 'sold_out' && quantityAgain(sku) > 0)
    const chosen = choose([...new Set(worthIt.map(({ listingId }) => listingId))], random)
    if (chosen === undefined) return
    const shop = etsy.state()
    const at = Math.floor(clock().getTime() / 1000)
    for (const listing of shop.listings.filter(({ listingId }) => String(listingId) === chosen)) {
      Object.assign(listing, { state: 'active', stateAt: at, updatedAt: at, endsAt: at + LISTING_LIFE_S })
      listing.counts.renewals += 1
      for (const product of listing.products) product.quantity = quantityAgain(product.sku)
    }
    etsy.restore(shop)
  }

  return {
    tend: (random) => {
      if (random() < RESTOCK_CHANCE) restock(random)
      if (random() < RENEW_CHANCE) renew(random)
    },
  }
}

const choose = <T>(list: readonly T[], random: Random): T | undefined => list[Math.floor(random() * list.length)]
