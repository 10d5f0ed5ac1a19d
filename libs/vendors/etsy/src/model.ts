import { z } from 'zod'

/** Ids are whole numbers below 2^53 on Etsy's wire and text on our side; a number that JSON could not carry exactly is refused. */
const id = z.int().positive().transform(String)

/** `amount` / `divisor` units of the currency. */
const money = z.object({ amount: z.int(), divisor: z.int().positive(), currency_code: z.string() })

const states = ['active', 'inactive', 'sold_out', 'draft', 'expired'] as const

/** `unknown` stands for anything undocumented (`edit` has been seen); it is never taken to be for sale. */
export type ListingState = (typeof states)[number] | 'unknown'

const state = z.string().transform((text): ListingState => states.find((known) => known === text) ?? 'unknown')

const propertyValue = z.object({
  property_id: z.int(),
  property_name: z.string().nullish(),
  scale_id: z.int().nullish(),
  value_ids: z.array(z.int()),
  values: z.array(z.string()),
})

const offering = z.object({
  quantity: z.int().min(0),
  is_enabled: z.boolean(),
  is_deleted: z.boolean().default(false),
  price: money,
  readiness_state_id: z.int().nullish(),
})

const product = z.object({
  sku: z.string().nullish().transform((sku) => sku ?? ''),
  is_deleted: z.boolean().default(false),
  offerings: z.array(offering).min(1),
  property_values: z.array(propertyValue).default([]),
})

const onProperty = z.array(z.int()).nullish().transform((ids) => ids ?? [])

const inventoryShape = {
  products: z.array(product).min(1),
  price_on_property: onProperty,
  quantity_on_property: onProperty,
  sku_on_property: onProperty,
  readiness_state_on_property: onProperty,
}

/** A listing's inventory, in the API's own words because all of it is sent back on every write. */
export const inventorySchema = z.object(inventoryShape)

/** A listing. Times are seconds since 1970. */
export const listingSchema = z
  .object({
    listing_id: id,
    state,
    quantity: z.int().min(0),
    title: z.string().default(''),
    ending_timestamp: z.int().nullish(),
    updated_timestamp: z.int().nullish(),
    skus: z.array(z.string()).default([]),
    inventory: inventorySchema.nullish(),
  })
  .transform((wire) => ({
    listingId: wire.listing_id,
    state: wire.state,
    /** All variations together. */
    quantity: wire.quantity,
    title: wire.title,
    endsAt: wire.ending_timestamp ?? undefined,
    updatedAt: wire.updated_timestamp ?? undefined,
    skus: wire.skus,
    inventory: wire.inventory ?? undefined,
  }))

export const inventoryWithListingSchema = z
  .object({ ...inventoryShape, listing: listingSchema })
  .transform(({ listing, ...inventory }) => ({ listing, inventory }))

export const listingsPageSchema = z.object({ count: z.int(), results: z.array(listingSchema) })

const transaction = z
  .object({
    transaction_id: id,
    listing_id: z.int().nullish(),
    product_id: z.int().nullish(),
    sku: z.string().nullish(),
    quantity: z.int().min(0),
    price: money,
  })
  .transform((wire) => ({
    transactionId: wire.transaction_id,
    listingId: wire.listing_id ? String(wire.listing_id) : undefined,
    productId: wire.product_id ? String(wire.product_id) : undefined,
    sku: wire.sku ?? '',
    quantity: wire.quantity,
    price: wire.price,
  }))

/**
 * An order. The buyer's name, address and e-mail are left out on purpose: the stock path has no use for them. Times are seconds since
 * 1970.
 */
export const receiptSchema = z
  .object({
    receipt_id: id,
    status: z.string(),
    is_paid: z.boolean(),
    created_timestamp: z.int(),
    updated_timestamp: z.int(),
    transactions: z.array(transaction),
  })
  .transform((wire) => ({
    receiptId: wire.receipt_id,
    status: wire.status,
    isPaid: wire.is_paid,
    createdAt: wire.created_timestamp,
    updatedAt: wire.updated_timestamp,
    transactions: wire.transactions,
  }))

export const receiptsPageSchema = z.object({ count: z.int(), results: z.array(receiptSchema) })

export const tokenAnswerSchema = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.number().positive(),
})

export type Inventory = z.infer<typeof inventorySchema>
export type InventoryProduct = Inventory['products'][number]
export type Listing = z.infer<typeof listingSchema>
export type ListingWithInventory = z.infer<typeof inventoryWithListingSchema>
export type Receipt = z.infer<typeof receiptSchema>

/**
 * The body of updateListingInventory. It replaces everything, so it always carries every product. Prices are numbers, unlike in answers.
 */
export type InventoryUpdate = {
  readonly products: readonly {
    readonly sku: string
    readonly property_values: readonly {
      readonly property_id: number
      readonly value_ids: readonly number[]
      readonly values: readonly string[]
      readonly property_name?: string
      readonly scale_id?: number | null
    }[]
    readonly offerings: readonly {
      readonly price: number
      readonly quantity: number
      readonly is_enabled: boolean
      readonly readiness_state_id: number | null
    }[]
  }[]
  readonly price_on_property: readonly number[]
  readonly quantity_on_property: readonly number[]
  readonly sku_on_property: readonly number[]
  readonly readiness_state_on_property: readonly number[]
}
