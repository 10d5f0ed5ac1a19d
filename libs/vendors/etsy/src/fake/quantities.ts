import type { FakeListing, FakeProduct } from './state.ts'

/** The values that a product has on these properties: products that agree share what varies by them. */
export const valuesOn = (properties: readonly number[], { values }: Pick<FakeProduct, 'values'>): string =>
  JSON.stringify(properties.map((id) => values.find(({ property_id }) => property_id === id)?.value_ids ?? null))

/** Pieces in all; a quantity that several products share counts once. */
export const listingTotal = ({ products, quantityOn }: Pick<FakeListing, 'products' | 'quantityOn'>): number => {
  const stocks = new Map(products.map((product) => [valuesOn(quantityOn, product), product.quantity]))
  return [...stocks.values()].reduce((sum, quantity) => sum + quantity, 0)
}

/** Pieces that buyers could have if the listing were active. */
export const shownTotal = ({ products, quantityOn }: Pick<FakeListing, 'products' | 'quantityOn'>): number =>
  listingTotal({ products: products.filter(({ enabled }) => enabled), quantityOn })
