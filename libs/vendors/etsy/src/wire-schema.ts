/**
 * What Etsy's reference (Open API v3, OpenAPI document 3.0.0 as of August 2026, https://developers.etsy.com/documentation/reference)
 * says about the requests and answers that this package reaches, as JSON Schema in our own words. The document itself is Etsy's and is
 * not copied here; `wire-schema.spec.ts` compares every field with it when a copy is at hand.
 */

type Schema = Readonly<Record<string, unknown>>

const int = (minimum?: number): Schema => ({ type: 'integer', ...(minimum !== undefined && { minimum }) })
const id = int(1)
const time = int(946684800)
const text: Schema = { type: 'string' }
const flag: Schema = { type: 'boolean' }
const list = (items: Schema): Schema => ({ type: 'array', items })
const nullable = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] })
const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values })
const object = (properties: Readonly<Record<string, Schema>>, required = Object.keys(properties)): Schema =>
  ({ type: 'object', properties, required, additionalProperties: false })

const money = object({ amount: int(), divisor: int(0), currency_code: text })

const propertyValue = object({
  property_id: id, property_name: nullable(text), scale_id: nullable(id), scale_name: nullable(text),
  value_ids: list(id), values: list(text),
})

const product = object({
  product_id: id, sku: text, is_deleted: flag, property_values: list(propertyValue),
  offerings: list(object({
    offering_id: id, quantity: int(0), is_enabled: flag, is_deleted: flag, price: money, readiness_state_id: nullable(id),
  })),
})

const inventoryFields = {
  products: list(product), price_on_property: list(int()), quantity_on_property: list(int()), sku_on_property: list(int()),
  readiness_state_on_property: list(id),
}

const listingFields = {
  listing_id: id, user_id: id, shop_id: id, title: text, description: text,
  state: oneOf('active', 'inactive', 'sold_out', 'draft', 'expired'),
  created_timestamp: time, ending_timestamp: time, updated_timestamp: time, state_timestamp: nullable(time),
  quantity: int(0), url: text, tags: list(text), has_variations: flag, should_auto_renew: flag, price: money,
}

const transaction = object({
  transaction_id: id, title: nullable(text), seller_user_id: id, buyer_user_id: id, created_timestamp: time, paid_timestamp: nullable(time),
  shipped_timestamp: nullable(time), quantity: int(0), receipt_id: id, is_digital: flag, listing_id: nullable(int(0)),
  transaction_type: text, product_id: nullable(id), sku: nullable(text), price: money, product_data: list(propertyValue),
})

const receipt = object({
  receipt_id: id, receipt_type: int(0), seller_user_id: id, buyer_user_id: id, buyer_email: nullable(text), name: text,
  first_line: nullable(text), city: nullable(text), zip: nullable(text), country_iso: nullable(text),
  status: oneOf('paid', 'completed', 'open', 'payment processing', 'canceled', 'fully refunded', 'partially refunded'),
  is_paid: flag, is_shipped: flag, created_timestamp: time, updated_timestamp: time,
  grandtotal: money, subtotal: money, total_price: money, transactions: list(transaction),
})

const listing = object(listingFields)
const listingWithInventory = object({ ...listingFields, inventory: object(inventoryFields), skus: list(text) }, Object.keys(listingFields))

/** Answers, by Etsy's name of the operation. */
export const answerSchemas = {
  getListingsByShop: object({ count: int(0), results: list(listingWithInventory) }),
  getListingInventory: object({ ...inventoryFields, listing }, Object.keys(inventoryFields)),
  updateListingInventory: object(inventoryFields),
  updateListing: listing,
  getShopReceipts: object({ count: int(), results: list(receipt) }),
  getShopReceipt: receipt,
} satisfies Readonly<Record<string, Schema>>

/** Every error's body; `error_description` comes with OAuth's errors. */
export const errorSchema = object({ error: text, error_description: text }, ['error'])

/** The body of updateListingInventory. Fields that only answers have (product_id, is_deleted, scale_name ...) are refused, as Etsy does. */
export const inventoryUpdateSchema = object({
  products: { ...list(object({
    sku: nullable(text),
    property_values: list(object({
      property_id: id, value_ids: list(id), scale_id: nullable(id), property_name: text, values: list(text),
    }, ['property_id', 'value_ids', 'values'])),
    offerings: { ...list(object({
      price: { type: 'number' }, quantity: int(), is_enabled: flag, readiness_state_id: nullable(id),
    })), minItems: 1 },
  }, ['offerings'])), minItems: 1 },
  price_on_property: list(int()), quantity_on_property: list(int()), sku_on_property: list(int()),
  readiness_state_on_property: nullable(list(id)),
}, ['products'])

/** The fields of updateListing's form that matter here, before their text is read as lists and flags. */
export const listingUpdateSchema = object(
  { state: oneOf('active', 'inactive'), title: text, description: text, tags: text, should_auto_renew: oneOf('true', 'false') }, [],
)

const paging = { limit: { ...int(1), maximum: 100 }, offset: int(0) }

/** Query parameters, by operation. */
export const querySchemas = {
  getListingsByShop: object({ state: listingFields.state, includes: text, sort_on: text, sort_order: text, ...paging }, []),
  getListingInventory: object({ show_deleted: flag, includes: oneOf('Listing') }, []),
  updateListingInventory: object({ max_variations_supported: oneOf('2', '3') }, []),
  updateListing: object({}, []),
  getShopReceipts: object({
    min_created: time, max_created: time, min_last_modified: time, max_last_modified: time,
    was_paid: flag, was_shipped: flag, was_canceled: flag, ...paging,
    sort_on: oneOf('created', 'updated', 'receipt_id'),
    sort_order: oneOf('asc', 'ascending', 'desc', 'descending', 'up', 'down'),
  }, []),
  getShopReceipt: object({ legacy: flag }, []),
} satisfies Readonly<Record<keyof typeof answerSchemas, Schema>>

export type EtsyOperation = keyof typeof answerSchemas
