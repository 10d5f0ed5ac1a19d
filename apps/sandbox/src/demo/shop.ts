import type { EtsySeed } from '@zyra/vendor-etsy/fake'
import type { Catalogue } from '@zyra/vendor-shopify/fake'
import { ETSY } from '../credentials.ts'
import { home } from './home.ts'
import { pottery } from './pottery.ts'
import { LOCATIONS, totalStock, type DemoProduct, type DemoVariant, type Option } from './product.ts'
import { tiles } from './tiles.ts'

/** Below this many pieces in stock, Etsy sells nothing: the oversell buffer's default. */
export const BUFFER = 2

/** Everything that the demo shop sells, on either channel. */
export const demoProducts: readonly DemoProduct[] = [...pottery, ...home]

const variantTitle = ({ values }: DemoVariant): string => (values.length === 0 ? 'Default Title' : values.join(' / '))

/** The demo shop as Shopify has it, with so many tiles more. */
export const shopifyCatalogue = (moreTiles = 0): Catalogue => ({
  name: 'Kiln & Linen',
  currency: 'EUR',
  locations: LOCATIONS,
  products: [...demoProducts, ...tiles(moreTiles)].filter(({ onShopify }) => onShopify).map(({ title, productType, variants }) => ({
    title,
    productType,
    vendor: 'Kiln & Linen',
    variants: variants.map((variant) => (
      { title: variantTitle(variant), sku: variant.sku, price: variant.price, stock: variant.stock, tracked: variant.tracked ?? true }
    )),
  })),
})

/** What Etsy sells of a variant on the first day: what the oversell buffer would decide, unless the data say that it is out of step. */
export const etsyStart = ({ onShopify }: DemoProduct, variant: DemoVariant): number => {
  const total = totalStock(variant)
  return variant.etsyQuantity ?? (onShopify && total < BUFFER ? 0 : total)
}

/** Etsy's property "Primary color", and the two that sellers may name themselves. */
const PROPERTIES = { Colour: 200, Size: 513, Design: 514 } as const satisfies Record<Option, number>
const READY_TO_SHIP = 1_402_000_001
const FIRST_VALUE_ID = 1001

/** Every value of an option has a number, as on Etsy. */
const valueNames = (): readonly string[] => {
  const named = ({ options, variants }: DemoProduct) =>
    variants.flatMap(({ values }) => options.map((option, place) => `${option}/${values[place]}`))
  return [...new Set(demoProducts.flatMap(named))]
}

/** The demo shop as Etsy has it. A listing with nothing to sell is inactive and keeps one piece, since Etsy wants at least that. */
export const etsySeed = (moreTiles = 0): EtsySeed => {
  const names = valueNames()
  const valuesOf = ({ options }: DemoProduct, { values }: DemoVariant) => options.map((option, place) => {
    const value = values[place] ?? ''
    const name = option === 'Colour' ? 'Primary color' : option
    return { propertyId: PROPERTIES[option], name, valueId: FIRST_VALUE_ID + names.indexOf(`${option}/${value}`), value }
  })
  const listings = [...demoProducts, ...tiles(moreTiles)].flatMap((product) => {
    if (product.etsy === undefined) return []
    const { listingId, title, tags } = product.etsy
    const quantities = product.variants.map((variant) => etsyStart(product, variant))
    const sells = quantities.some((quantity) => quantity > 0)
    const products = product.variants.map((variant, place) => ({
      sku: variant.sku,
      price: Number(variant.price.replace('.', '')),
      quantity: sells || place > 0 ? (quantities[place] ?? 0) : 1,
      readinessStateId: READY_TO_SHIP,
      values: valuesOf(product, variant),
    }))
    const state = sells ? 'active' as const : 'inactive' as const
    return [{ listingId, title, description: `${title}. Made in our studio.`, tags: [...tags], state, products }]
  })
  return { shopId: Number(ETSY.shopId), currency: 'EUR', listings }
}
