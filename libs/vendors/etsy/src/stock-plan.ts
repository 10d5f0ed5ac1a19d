import type { Inventory, InventoryProduct, InventoryUpdate, ListingState, ListingWithInventory } from './model.ts'

/** Etsy refuses a listing with more than this many pieces. */
export const maxListingQuantity = 999

/**
 * Whether a listing that is not for sale may be put up for sale again: `free` only where Etsy charges nothing (a deactivated listing whose
 * period still runs), `paid` also where it charges a listing fee (sold out, or past its end).
 */
export type Activation = 'never' | 'free' | 'paid'

/** Why nothing was written. The first is normal; the others need a person or a setting. */
export type Refusal =
  | 'would-raise'
  /** The listing is not for sale and may not be activated. */
  | 'needs-activation'
  /** Activating would cost a listing fee, and that is not allowed. */
  | 'needs-renewal'
  /** A draft, or a state that Etsy does not document. */
  | 'not-activatable'
  | 'unknown-sku'
  /** The SKU stands for several stocks in this listing. */
  | 'ambiguous-sku'
  /** One quantity serves several SKUs in this listing: Etsy's listing must be set to vary quantity by the same property as the SKU. */
  | 'shared-quantity'

export type StockGoal = {
  readonly sku: string
  /** How many Etsy should be able to sell, 0 or more. */
  readonly quantity: number
  /** Whether this may lead to more being for sale than now. */
  readonly mayRaise: boolean
  readonly mayActivate: Activation
}

export type StockStep =
  | { readonly kind: 'put-inventory'; readonly update: InventoryUpdate }
  | { readonly kind: 'set-state'; readonly state: 'active' | 'inactive' }

export type StockPlan =
  | { readonly kind: 'refused'; readonly refused: Refusal; readonly before: number }
  /** What is wanted holds already. */
  | { readonly kind: 'holds'; readonly before: number }
  | {
      readonly kind: 'write'
      readonly before: number
      /** To be taken in this order: whenever it breaks off, no more is for sale than before or than wanted. */
      readonly steps: readonly StockStep[]
      /** Etsy charges a listing fee. */
      readonly renews: boolean
      /** Other SKUs that end at 0: what a listing kept while it was not for sale is not their stock. */
      readonly alsoZeroed: readonly string[]
    }

/** How many of this SKU the listing sells now: 0 unless it is active and the variation is shown to buyers. */
export const sellable = ({ listing, inventory }: ListingWithInventory, sku: string): number =>
  listing.state === 'active' ? sum(stocksOf(inventory).filter(({ skus }) => skus.includes(sku)).map(({ forSale }) => forSale)) : 0

/** How many of this SKU the listing keeps, for sale or not. */
export const kept = ({ inventory }: ListingWithInventory, sku: string): number =>
  sum(stocksOf(inventory).filter(({ skus }) => skus.includes(sku)).map(({ quantity }) => quantity))

/**
 * Plans how to make Etsy sell exactly this many of one SKU, given what was just read. Pure.
 *
 * Sources: the whole `products` array is sent back because updateListingInventory replaces everything (Etsy reference,
 * updateListingInventory); a request's price is a number, an answer's is amount and divisor (same); a total of zero is refused with "One
 * offering must have quantity greater than 0", the advice being to deactivate (etsy/open-api issues 395 and 560); at most 999 pieces
 * (issue 214); activating a sold-out listing sets its quantity to 1 and renews it (reference, updateListing, `state`).
 */
export const planQuantity = (view: ListingWithInventory, goal: StockGoal, now: Date): StockPlan => {
  const { listing, inventory } = view
  const before = sellable(view, goal.sku)
  const refuse = (refused: Refusal): StockPlan => ({ kind: 'refused', refused, before })

  const stocks = stocksOf(inventory)
  const [own, ...more] = stocks.filter(({ skus }) => skus.includes(goal.sku))
  if (!own) return refuse('unknown-sku')
  if (more.length > 0) return refuse('ambiguous-sku')
  if (own.skus.some((sku) => sku !== goal.sku)) return refuse('shared-quantity')

  const others = stocks.filter((stock) => stock !== own)
  const active = listing.state === 'active'
  const room = maxListingQuantity - (active ? sum(others.map(({ quantity }) => quantity)) : 0)
  // What is there already is not lowered for the sake of the limit.
  const target = Math.min(goal.quantity, Math.max(room, active ? own.quantity : 0))
  if (before === target || (active && own.quantity === target)) return { kind: 'holds', before }
  if (target > before && !goal.mayRaise) return refuse('would-raise')

  if (active) {
    const steps = target === 0 && !others.some(({ forSale }) => forSale > 0)
      ? deactivate(inventory, own)
      : [put(inventory, (stock) => (sameStock(stock, own) ? target : stock.quantity))]
    return { kind: 'write', before, steps, renews: false, alsoZeroed: [] }
  }
  const renews = isRenewal(listing.state, listing.endsAt, now)
  if (listing.state === 'draft' || listing.state === 'unknown') return refuse('not-activatable')
  if (goal.mayActivate === 'never') return refuse('needs-activation')
  if (renews && goal.mayActivate === 'free') return refuse('needs-renewal')
  const alone = (stock: Stock) => (sameStock(stock, own) ? target : 0)
  const activate: StockStep = { kind: 'set-state', state: 'active' }
  const isSet = stocks.every((stock) => stock.quantity === alone(stock))
  return {
    kind: 'write', before, renews,
    // Activating a sold-out listing sets its quantity, so ours comes after it; otherwise ours comes first: nothing wrong is ever for sale.
    steps: listing.state === 'sold_out' ? [activate, put(inventory, alone)] : [...(isSet ? [] : [put(inventory, alone)]), activate],
    alsoZeroed: others.filter(({ quantity }) => quantity > 0).flatMap(({ skus }) => skus),
  }
}

/** The listing goes off sale first; then what it must keep is made 1, so that a hand that activates it sells no more than that. */
const deactivate = (inventory: Inventory, own: Stock): readonly StockStep[] => {
  const off: StockStep = { kind: 'set-state', state: 'inactive' }
  return own.quantity > 1 ? [off, put(inventory, (stock) => (sameStock(stock, own) ? 1 : stock.quantity))] : [off]
}

const isRenewal = (state: ListingState, endsAt: number | undefined, now: Date): boolean =>
  state === 'sold_out' || state === 'expired' || (endsAt !== undefined && endsAt * 1000 <= now.getTime())

/** What one quantity is kept for. Products whose values agree on the properties that quantity varies by share it. */
type Stock = { readonly key: string; readonly skus: readonly string[]; readonly quantity: number; readonly forSale: number }

const sameStock = (a: Stock, b: Stock): boolean => a.key === b.key

const stocksOf = (inventory: Inventory): readonly Stock[] => {
  const groups = Map.groupBy(inventory.products.filter(({ is_deleted }) => !is_deleted), (product) => stockKey(inventory, product))
  return [...groups].map(([key, products]) => {
    const offerings = products.flatMap((product) => product.offerings.filter(({ is_deleted }) => !is_deleted))
    return {
      key,
      skus: [...new Set(products.map(({ sku }) => sku))],
      quantity: Math.max(0, ...offerings.map(({ quantity }) => quantity)),
      forSale: Math.max(0, ...offerings.filter(({ is_enabled }) => is_enabled).map(({ quantity }) => quantity)),
    }
  })
}

const stockKey = ({ quantity_on_property }: Inventory, { property_values }: InventoryProduct): string =>
  JSON.stringify(quantity_on_property.map((id) => property_values.find(({ property_id }) => property_id === id)?.value_ids ?? []))

const put = (inventory: Inventory, quantityOf: (stock: Stock) => number): StockStep => {
  const stocks = stocksOf(inventory)
  const quantity = (product: InventoryProduct) => {
    const stock = stocks.find(({ key }) => key === stockKey(inventory, product))
    return stock ? quantityOf(stock) : 0
  }
  return { kind: 'put-inventory', update: toUpdate(inventory, quantity) }
}

/** The body that would leave the inventory as it is, but for the quantities. */
export const toUpdate = (inventory: Inventory, quantityOf: (product: InventoryProduct) => number): InventoryUpdate => ({
  products: inventory.products.filter(({ is_deleted }) => !is_deleted).map((product) => ({
    sku: product.sku,
    property_values: product.property_values.map(({ property_id, value_ids, values, property_name, scale_id }) => ({
      property_id, value_ids, values,
      ...(typeof property_name === 'string' && { property_name }),
      ...(scale_id !== undefined && { scale_id }),
    })),
    offerings: product.offerings.filter(({ is_deleted }) => !is_deleted).map(({ price, is_enabled, readiness_state_id }) => ({
      price: price.amount / price.divisor,
      quantity: quantityOf(product),
      is_enabled,
      readiness_state_id: readiness_state_id ?? null,
    })),
  })),
  price_on_property: inventory.price_on_property,
  quantity_on_property: inventory.quantity_on_property,
  sku_on_property: inventory.sku_on_property,
  readiness_state_on_property: inventory.readiness_state_on_property,
})

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
