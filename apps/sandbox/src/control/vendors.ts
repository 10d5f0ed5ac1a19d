import type { EtsyFake } from '@zyra/vendor-etsy/fake'
import type { ShopifyFake } from '@zyra/vendor-shopify/fake'
import { Problem } from './problem.ts'

const unknownSku = (sku: string, vendor: string) => new Problem(404, `Field sku is wrong: ${vendor} sells no "${sku}".`, 'sku')

/** Each variant that Shopify sells, or the one with this SKU, with its stock by location. Throws a Problem (404) for an unknown SKU. */
export const shopifyRows = (shopify: ShopifyFake, sku?: string) => {
  const skus = shopify.state().products.flatMap(({ variants }) => variants.flatMap((variant) => variant.sku ?? []))
  const wanted = skus.filter((candidate) => sku === undefined || candidate === sku)
  if (sku !== undefined && wanted.length === 0) throw unknownSku(sku, 'Shopify')
  return wanted.map((one) => {
    const variant = shopify.variant(one)
    return { ...variant, available: variant.tracked ? variant.levels.reduce((sum, { available }) => sum + available, 0) : null }
  })
}

/** Each variation that Etsy lists, or those with this SKU. Throws a Problem (404) for an unknown SKU. */
export const etsyRows = (etsy: EtsyFake, sku?: string) => {
  const rows = etsy.rows().filter((row) => sku === undefined || row.sku === sku)
  if (sku !== undefined && rows.length === 0) throw unknownSku(sku, 'Etsy')
  return rows
}

/** What the Shopify shop looks like from its merchant's chair; no customer is named. */
export const shopifyView = (shopify: ShopifyFake, sku?: string) => {
  const { shop, locations, orders, subscriptions, installed } = shopify.state()
  return {
    shop, locations, installed, variants: shopifyRows(shopify, sku),
    orders: orders.length,
    subscriptions: subscriptions.map(({ topic, uri, ofApp, failuresInARow }) => ({ topic, uri, ofApp, failuresInARow })),
    webhooksPending: shopify.webhooksPending(),
  }
}

/** What the Etsy shop looks like from its merchant's chair; no customer is named. */
export const etsyView = (etsy: EtsyFake, sku?: string) => {
  const { shopId, currency, receipts } = etsy.state()
  return { shopId, currency, rows: etsyRows(etsy, sku), orders: receipts.length }
}

export interface StockByHand {
  readonly sku: string
  readonly available: number
  /** A location's id or name; the first one if not given. */
  readonly location?: string | undefined
}

/** Sets Shopify's stock of a SKU by hand. Throws a Problem (404) for what is unknown. */
export const setStock = (shopify: ShopifyFake, { sku, available, location }: StockByHand) => {
  shopifyRows(shopify, sku)
  const { locations } = shopify.state()
  const place = location === undefined ? locations[0] : locations.find(({ id, name }) => id === location || name === location)
  if (place === undefined) {
    const known = locations.map(({ name }) => `"${name}"`).join(' or ')
    throw new Problem(404, `Field location is wrong: expected ${known}, found "${location}".`, 'location')
  }
  shopify.setAvailable(sku, available, place.id)
  return shopifyRows(shopify, sku)[0]
}
