import { z } from 'zod'
import { topicKey } from './topics.ts'

/** An id in a body: digits, kept as a string because Shopify's ids exceed 2^53; they are 64-bit numbers, so 20 digits at most. */
const id = z.union([z.string().regex(/^\d{1,20}$/, 'expected 1 to 20 digits'), z.int().nonnegative().transform(String)])

/**
 * Body of `inventory_levels/update`: the absolute quantity of one inventory item at one location. `available` is null when Shopify does not
 * track the item.
 */
export const inventoryLevelUpdate = z.object({
  inventory_item_id: id,
  location_id: id,
  available: z.int().nullable(),
  updated_at: z.string().nullish(),
})

/** Body of `orders/create`, as far as Zyra reads it. A line without variant is a custom item; an order without customer is a walk-in's. */
export const orderCreate = z.object({
  id,
  name: z.string(),
  line_items: z.array(z.object({ sku: z.string().nullable(), quantity: z.int(), variant_id: id.nullable() })),
  customer: z.object({ id }).nullish(),
})

const customerOfShop = { shop_id: id, shop_domain: z.string(), customer: z.object({ id }) }

/** Body of `customers/redact`: erase this customer, and these orders of theirs. */
export const customersRedact = z.object({ ...customerOfShop, orders_to_redact: z.array(id).default([]) })

/** Body of `customers/data_request`: tell the merchant what is stored about this customer. */
export const customersDataRequest = z.object({
  ...customerOfShop,
  orders_requested: z.array(id).default([]),
  data_request: z.object({ id }).nullish(),
})

/** Body of `shop/redact`, sent 48 hours after the app was uninstalled: erase everything about the shop. */
export const shopRedact = z.object({ shop_id: id, shop_domain: z.string() })

/** Body of `app/uninstalled`: the shop itself. `myshopify_domain` is null in Shopify's samples; trust the header for the shop. */
export const appUninstalled = z.object({ id, name: z.string(), myshopify_domain: z.string().nullish() })

export type InventoryLevelUpdate = z.infer<typeof inventoryLevelUpdate>
export type OrderCreate = z.infer<typeof orderCreate>

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  INVENTORY_LEVELS_UPDATE: inventoryLevelUpdate,
  ORDERS_CREATE: orderCreate,
  CUSTOMERS_REDACT: customersRedact,
  CUSTOMERS_DATA_REQUEST: customersDataRequest,
  SHOP_REDACT: shopRedact,
  APP_UNINSTALLED: appUninstalled,
}

/** The schema of a topic's body (either spelling of the topic), or undefined for a topic whose body Zyra does not read. */
export function schemaFor(topic: string): z.ZodType | undefined {
  const key = topicKey(topic)
  return Object.hasOwn(SCHEMAS, key) ? SCHEMAS[key] : undefined
}
