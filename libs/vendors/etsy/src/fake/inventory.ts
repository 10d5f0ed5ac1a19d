import type { InventoryUpdate } from '../model.ts'
import { listingTotal, shownTotal, valuesOn } from './quantities.ts'
import { refusal } from './refusal.ts'
import type { EtsyFakeState, FakeListing, FakeProduct } from './state.ts'

/**
 * updateListingInventory: what is not in the body is gone afterwards. Throws what Etsy answers to a body that breaks its rules; then
 * nothing changes. Wordings that are known from Etsy's own issue tracker are used ("One offering must have quantity greater than 0",
 * "cannot be greater than 999", "Property values can't be empty"); the others are ours.
 */
export const replaceInventory = (state: EtsyFakeState, listing: FakeListing, update: InventoryUpdate, now: Date): void => {
  let nextId = state.nextId
  const products = update.products.map((given): FakeProduct => {
    const [offering, ...more] = given.offerings
    if (!offering || more.length > 0) throw refusal(400, 'Each product must have exactly one offering')
    const values = given.property_values.map((value) => ({
      property_id: value.property_id, property_name: value.property_name ?? null, scale_id: value.scale_id ?? null,
      value_ids: [...value.value_ids], values: [...value.values],
    }))
    const known = listing.products.find((product) => sameValues(product.values, values))
    return {
      productId: known?.productId ?? nextId++, offeringId: known?.offeringId ?? nextId++, sku: given.sku, values,
      quantity: offering.quantity, enabled: offering.is_enabled, price: Math.round(offering.price * 100),
      readinessStateId: offering.readiness_state_id,
    }
  })
  const next = {
    products, priceOn: [...update.price_on_property], quantityOn: [...update.quantity_on_property], skuOn: [...update.sku_on_property],
    readinessOn: [...update.readiness_state_on_property],
  }
  checkProducts(next)
  checkQuantities(next)

  const write = JSON.stringify(update)
  listing.counts.inventoryWrites += 1
  if (write === listing.lastWrite && contentOf(listing.products) === contentOf(products)) listing.counts.identicalWrites += 1
  Object.assign(listing, next, { lastWrite: write, updatedAt: Math.floor(now.getTime() / 1000) })
  state.nextId = nextId
}

const contentOf = (products: readonly FakeProduct[]): string =>
  JSON.stringify(products.map(({ productId, sku, quantity, price, enabled }) => [productId, sku, quantity, price, enabled]))

type Next = Pick<FakeListing, 'products' | 'priceOn' | 'quantityOn' | 'skuOn' | 'readinessOn'>

const checkProducts = ({ products, priceOn, quantityOn, skuOn, readinessOn }: Next): void => {
  if (products.length > 1 && products.some(({ values }) => values.length === 0)) throw refusal(400, "Property values can't be empty")
  const properties = products.map(({ values }) => values.map(({ property_id }) => property_id).sort((a, b) => a - b).join())
  if (new Set(properties).size > 1) throw refusal(400, 'All products must have the same properties')
  const combinations = products.map(({ values }) =>
    JSON.stringify(values.map(({ property_id, value_ids }) => [property_id, value_ids]).sort()))
  if (new Set(combinations).size < products.length) throw refusal(400, 'Each product must have its own combination of property values')
  if (products.some(({ values }) => values.some((value) => value.values.some((text) => /[()]/.test(text))))) {
    throw refusal(400, 'Parentheses are not allowed in property values')
  }
  checkVaries('price', priceOn, products, ({ price }) => price)
  checkVaries('quantity', quantityOn, products, ({ quantity }) => quantity)
  checkVaries('sku', skuOn, products, ({ sku }) => sku)
  checkVaries('readiness_state', readinessOn, products, ({ readinessStateId }) => readinessStateId)
}

/** A value must be the same for all products that agree on the properties it varies by. */
const checkVaries = (
  what: string, on: readonly number[], products: readonly FakeProduct[], read: (product: FakeProduct) => unknown,
): void => {
  const used = products.flatMap(({ values }) => values.map(({ property_id }) => property_id))
  const stranger = on.find((id) => !used.includes(id))
  if (stranger !== undefined) throw refusal(400, `${what}_on_property names ${stranger}, which is no property of the products`)
  const seen = new Map<string, unknown>()
  for (const product of products) {
    const key = valuesOn(on, product)
    if (seen.has(key) && seen.get(key) !== read(product)) throw refusal(400, `The products' ${what} values do not fit ${what}_on_property`)
    seen.set(key, read(product))
  }
}

const checkQuantities = (next: Next): void => {
  if (next.products.some(({ price }) => price <= 0)) throw refusal(400, 'There was a problem with /price : must be greater than 0')
  if (next.products.some(({ quantity }) => quantity < 0)) throw refusal(400, 'There was a problem with /quantity : cannot be less than 0')
  if (next.products.some(({ quantity }) => quantity > 999) || listingTotal(next) > 999) {
    throw refusal(400, 'There was a problem with /quantity : cannot be greater than 999')
  }
  if (shownTotal(next) === 0) throw refusal(400, 'One offering must have quantity greater than 0')
}

const sameValues = (a: FakeProduct['values'], b: FakeProduct['values']): boolean => {
  const key = (values: FakeProduct['values']) =>
    JSON.stringify(values.map(({ property_id, value_ids, values: texts }) => [property_id, value_ids, texts]).sort())
  return key(a) === key(b)
}
