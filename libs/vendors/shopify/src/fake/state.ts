import { z } from 'zod'

const id = z.string().regex(/^\d+$/)
const time = z.string()

const variantSchema = z.object({
  id,
  title: z.string(),
  sku: z.string().nullable(),
  price: z.string(),
  inventoryItemId: id,
  tracked: z.boolean(),
  policy: z.enum(['DENY', 'CONTINUE']),
  updatedAt: time,
})
const productSchema = z.object({
  id, title: z.string(), vendor: z.string(), productType: z.string(), updatedAt: time, variants: z.array(variantSchema),
})
const levelSchema = z.object({ inventoryItemId: id, locationId: id, available: z.int(), updatedAt: time })
const customerSchema = z.object({ id, email: z.string(), firstName: z.string(), lastName: z.string() })
const lineSchema = z.object({
  id,
  variantId: id,
  sku: z.string().nullable(),
  title: z.string(),
  price: z.string(),
  quantity: z.int(),
  currentQuantity: z.int(),
  /** Where the pieces came from, so that a restock brings them back there. */
  taken: z.array(z.object({ locationId: id, quantity: z.int() })),
})
const orderSchema = z.object({
  id,
  name: z.string(),
  createdAt: time,
  updatedAt: time,
  cancelledAt: time.nullable(),
  customerId: id.nullable(),
  lines: z.array(lineSchema),
})
const subscriptionSchema = z.object({
  id,
  topic: z.string(),
  uri: z.string(),
  createdAt: time,
  /** Made in the app's configuration: not listed by the API and never deleted. */
  ofApp: z.boolean(),
  failuresInARow: z.int(),
})
const changeSchema = z.object({ name: z.string(), delta: z.int(), inventoryItemId: id, locationId: id })
const attemptSchema = z.object({
  mutation: z.string(),
  fingerprint: z.string(),
  at: time,
  status: z.enum(['running', 'done', 'failed']),
  group: z.object({ id, createdAt: time, changes: z.array(changeSchema) }).nullable(),
})

/** Everything a fake shop knows, as plain JSON. Ids are digits. */
export const shopStateSchema = z.object({
  shop: z.object({ id, domain: z.string(), name: z.string(), currency: z.string() }),
  locations: z.array(z.object({ id, name: z.string() })).min(1),
  products: z.array(productSchema),
  levels: z.array(levelSchema),
  customers: z.array(customerSchema),
  orders: z.array(orderSchema),
  subscriptions: z.array(subscriptionSchema),
  /** Inventory mutations by idempotency key. */
  attempts: z.record(z.string(), attemptSchema),
  tokens: z.array(z.object({ token: z.string(), expiresAt: time.nullable() })),
  /** False after the app was uninstalled or its access revoked. */
  installed: z.boolean(),
  /** Counts whatever was made, so that no id is given twice. */
  sequence: z.int(),
})

export type ShopState = z.infer<typeof shopStateSchema>
export type Product = z.infer<typeof productSchema>
export type Variant = z.infer<typeof variantSchema>
export type Level = z.infer<typeof levelSchema>
export type Customer = z.infer<typeof customerSchema>
export type PlacedOrder = z.infer<typeof orderSchema>
export type OrderedLine = z.infer<typeof lineSchema>
export type FakeSubscription = z.infer<typeof subscriptionSchema>
export type InventoryChange = z.infer<typeof changeSchema>
export type WriteAttempt = z.infer<typeof attemptSchema>

/** A variant to be sold; `stock` is by location, or one number for the first location. */
export interface CatalogueVariant {
  readonly title: string
  readonly sku: string
  /** Decimal text in the shop's currency, `12.50`. */
  readonly price: string
  readonly stock: number | Readonly<Record<string, number>>
  /** False for an item whose quantity Shopify does not count; true if not given. */
  readonly tracked?: boolean
  /** Whether it sells beyond its stock; DENY if not given. */
  readonly policy?: 'DENY' | 'CONTINUE'
}

export interface CatalogueProduct {
  readonly title: string
  readonly vendor?: string
  readonly productType?: string
  readonly variants: readonly CatalogueVariant[]
}

export interface Catalogue {
  readonly name: string
  /** ISO 4217; EUR if not given. */
  readonly currency?: string
  /** The names of the shop's locations; one named "Shop" if not given. */
  readonly locations?: readonly string[]
  readonly products: readonly CatalogueProduct[]
}

/** Real shops have ids of both kinds; these ones are beyond 2^53, as in Shopify's own samples. */
const BIG = 271878346596884015n
const isBig = (n: number) => n % 3 === 0
const idFrom = (small: number, n: number): string => (isBig(n) ? String(BIG + BigInt(n)) : String(small + n))

/** The n-th id of a kind: every third is beyond 2^53. */
export const makeId = {
  product: (n: number) => String(8_000_000_000_000 + n),
  variant: (n: number) => String(45_000_000_000_000 + n),
  item: (n: number) => idFrom(47_000_000_000_000, n),
  customer: (n: number) => idFrom(7_100_000_000_000, n),
  order: (n: number) => idFrom(5_900_000_000_000, n),
  line: (n: number) => idFrom(14_000_000_000_000, n),
  subscription: (n: number) => String(1_500_000_000_000 + n),
  group: (n: number) => String(900_000_000_000 + n),
} as const

/** A shop as its catalogue describes it; the same catalogue always gives the same ids. Throws an Error for stock at an unknown location. */
export function openShop(domain: string, catalogue: Catalogue, now: Date): ShopState {
  const at = now.toISOString()
  const locations = (catalogue.locations ?? ['Shop']).map((name, index) => ({ id: String(24_826_418 + index), name }))
  const levels: Level[] = []
  let sequence = 0
  const openVariant = ({ title, sku, price, stock, tracked = true, policy = 'DENY' }: CatalogueVariant): Variant => {
    sequence += 1
    const inventoryItemId = makeId.item(sequence)
    const places = stockAt(locations, stock, sku)
    levels.push(...places.map(([locationId, available]) => ({ inventoryItemId, locationId, available, updatedAt: at })))
    return { id: makeId.variant(sequence), title, sku, price, inventoryItemId, tracked, policy, updatedAt: at }
  }
  const products = catalogue.products.map(({ title, vendor = catalogue.name, productType = '', variants }, index) => (
    { id: makeId.product(index + 1), title, vendor, productType, updatedAt: at, variants: variants.map(openVariant) }
  ))
  const shop = { id: '954889', domain, name: catalogue.name, currency: catalogue.currency ?? 'EUR' }
  const empty = { customers: [], orders: [], subscriptions: [], attempts: {}, tokens: [] }
  return { shop, locations, products, levels, ...empty, installed: true, sequence }
}

function stockAt(locations: ShopState['locations'], stock: CatalogueVariant['stock'], sku: string): [string, number][] {
  const byName = typeof stock === 'number' ? { [locations[0]?.name ?? '']: stock } : stock
  return Object.entries(byName).map(([name, available]) => {
    const location = locations.find((candidate) => candidate.name === name)
    if (location === undefined) throw new Error(`The catalogue has stock of ${sku} at "${name}", which is none of its locations.`)
    return [location.id, available]
  })
}
