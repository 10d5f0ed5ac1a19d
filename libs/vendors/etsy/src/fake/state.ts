import { z } from 'zod'

const id = z.int().positive()
/** Seconds since 1970. */
const time = z.int().min(0)

const propertyValueSchema = z.object({
  property_id: id,
  property_name: z.string().nullable(),
  scale_id: id.nullable(),
  value_ids: z.array(id),
  values: z.array(z.string()),
})

const productSchema = z.object({
  productId: id,
  offeringId: id,
  sku: z.string(),
  quantity: z.int().min(0),
  enabled: z.boolean(),
  /** Minor units of the shop's currency. */
  price: z.int().min(0),
  readinessStateId: id.nullable(),
  values: z.array(propertyValueSchema),
})

const listingSchema = z.object({
  listingId: id,
  title: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  state: z.enum(['active', 'inactive', 'sold_out', 'draft', 'expired']),
  createdAt: time,
  updatedAt: time,
  stateAt: time,
  endsAt: time,
  autoRenew: z.boolean(),
  products: z.array(productSchema).min(1),
  priceOn: z.array(id),
  quantityOn: z.array(id),
  skuOn: z.array(id),
  readinessOn: z.array(id),
  /** What happened to it, for tests and the curious; Etsy has no such thing. */
  counts: z.object({
    inventoryWrites: z.int(),
    /** Inventory writes that repeated the one before and changed nothing. */
    identicalWrites: z.int(),
    stateWrites: z.int(),
    /** Listing fees charged for activating. */
    renewals: z.int(),
  }),
  lastWrite: z.string(),
})

const receiptSchema = z.object({
  receiptId: id,
  buyerUserId: id,
  name: z.string(),
  email: z.string().nullable(),
  firstLine: z.string(),
  city: z.string(),
  zip: z.string(),
  country: z.string(),
  createdAt: time,
  lines: z.array(z.object({
    transactionId: id, listingId: id, productId: id, sku: z.string(), title: z.string(), quantity: z.int().min(1), price: z.int(),
    values: z.array(propertyValueSchema),
  })),
})

const grantSchema = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  accessEndsAt: time,
  refreshEndsAt: time,
  refreshUsed: z.boolean(),
  revoked: z.boolean(),
  scopes: z.array(z.string()),
})

/** Everything that a fake knows, as JSON. */
export const etsyFakeStateSchema = z.object({
  shopId: id,
  userId: id,
  currency: z.string().length(3),
  nextId: id,
  listings: z.array(listingSchema),
  receipts: z.array(receiptSchema),
  grants: z.array(grantSchema),
  /** Calls of the last 24 hours, counted in blocks of time. */
  calls: z.array(z.object({ block: z.int(), count: z.int() })),
})

export type EtsyFakeState = z.infer<typeof etsyFakeStateSchema>
export type FakeListing = z.infer<typeof listingSchema>
export type FakeProduct = z.infer<typeof productSchema>
export type FakeReceipt = z.infer<typeof receiptSchema>

/** What a fake starts with. Prices are in minor units. Several products of a listing need `values` that tell them apart. */
export const etsySeedSchema = z.object({
  shopId: id,
  userId: id.default(900001),
  currency: z.string().length(3).default('USD'),
  listings: z.array(z.object({
    listingId: id,
    title: z.string().min(1),
    description: z.string().default(''),
    tags: z.array(z.string()).default([]),
    state: z.enum(['active', 'inactive', 'sold_out', 'draft', 'expired']).default('active'),
    products: z.array(z.object({
      sku: z.string(),
      price: z.int().positive(),
      quantity: z.int().min(0).max(999),
      enabled: z.boolean().default(true),
      readinessStateId: id.nullable().default(null),
      values: z.array(z.object({ propertyId: id, name: z.string(), valueId: id, value: z.string() })).default([]),
    })).min(1),
    /** Properties that quantity varies by; all that the products have if not given. Price and SKU vary by all. */
    quantityOn: z.array(id).optional(),
  })),
})

export type EtsySeed = z.input<typeof etsySeedSchema>

const fourMonths = 120 * 24 * 60 * 60

/** @throws ZodError when the seed is not valid */
export const stateFromSeed = (input: EtsySeed, now: Date): EtsyFakeState => {
  const seed = etsySeedSchema.parse(input)
  const at = Math.floor(now.getTime() / 1000)
  let nextId = 7_000_000_001
  const listings = seed.listings.map((listing): FakeListing => {
    const properties = [...new Set(listing.products.flatMap(({ values }) => values.map(({ propertyId }) => propertyId)))]
    return {
      listingId: listing.listingId, title: listing.title, description: listing.description, tags: listing.tags, state: listing.state,
      createdAt: at, updatedAt: at, stateAt: at, endsAt: listing.state === 'expired' ? at : at + fourMonths, autoRenew: true,
      products: listing.products.map(({ sku, price, quantity, enabled, readinessStateId, values }) => ({
        productId: nextId++, offeringId: nextId++, sku, price, quantity, enabled, readinessStateId,
        values: values.map(({ propertyId, name, valueId, value }) =>
          ({ property_id: propertyId, property_name: name, scale_id: null, value_ids: [valueId], values: [value] })),
      })),
      priceOn: properties, quantityOn: listing.quantityOn ?? properties, skuOn: properties, readinessOn: [],
      counts: { inventoryWrites: 0, identicalWrites: 0, stateWrites: 0, renewals: 0 }, lastWrite: '',
    }
  })
  const { shopId, userId, currency } = seed
  return { shopId, userId, currency, nextId, listings, receipts: [], grants: [], calls: [] }
}
