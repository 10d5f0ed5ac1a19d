import { levelOf, stockOf } from './inventory.ts'
import type { Customer, OrderedLine, PlacedOrder, Product, ShopState, Variant } from './state.ts'

/** Marks digits that must stand in the JSON as a number, however large. U+E000 is a private character that no text of a shop has. */
const number = (digits: string): string => `\uE000${digits}`

/** JSON in which the marked digits are numbers, as Shopify writes its ids. */
export function toJson(body: object): string {
  return JSON.stringify(body).replaceAll(/"\uE000(\d+)"/g, '$1')
}

const gid = (type: string, id: string) => `gid://shopify/${type}/${id}`
/** REST bodies have whole seconds with an offset. */
const time = (iso: string): string => `${iso.slice(0, 19)}+00:00`
const cents = (price: string): bigint => BigInt(price.replace('.', ''))
const decimal = (amount: bigint): string => `${amount / 100n}.${String(amount % 100n).padStart(2, '0')}`
const total = (lines: readonly OrderedLine[]): string =>
  decimal(lines.reduce((sum, { price, quantity }) => sum + cents(price) * BigInt(quantity), 0n))

/** Body of `inventory_levels/update`; `available` is null for an item that is not tracked. */
export function inventoryLevelBody(state: ShopState, variant: Variant, locationId: string): object {
  const { inventoryItemId, tracked } = variant
  const level = levelOf(state, inventoryItemId, locationId)
  return {
    inventory_item_id: number(inventoryItemId),
    location_id: number(locationId),
    available: tracked ? (level?.available ?? null) : null,
    updated_at: time(level?.updatedAt ?? variant.updatedAt),
    admin_graphql_api_id: `${gid('InventoryLevel', locationId)}?inventory_item_id=${inventoryItemId}`,
  }
}

/** Body of `products/update`, with the fields that matter to stock and catalogue. */
export function productBody(state: ShopState, { id, title, vendor, productType, updatedAt, variants }: Product): object {
  return {
    id: number(id),
    admin_graphql_api_id: gid('Product', id),
    title,
    vendor,
    product_type: productType,
    status: 'active',
    updated_at: time(updatedAt),
    variants: variants.map((variant, index) => {
      const quantity = variant.tracked ? stockOf(state, variant) : 0
      return {
        id: number(variant.id),
        admin_graphql_api_id: gid('ProductVariant', variant.id),
        product_id: number(id),
        title: variant.title,
        sku: variant.sku,
        price: variant.price,
        position: index + 1,
        inventory_policy: variant.policy.toLowerCase(),
        inventory_item_id: number(variant.inventoryItemId),
        inventory_quantity: quantity,
        old_inventory_quantity: quantity,
        updated_at: time(variant.updatedAt),
      }
    }),
    options: [],
    images: [],
  }
}

function customerBody({ id, email, firstName, lastName }: Customer): object {
  return { id: number(id), admin_graphql_api_id: gid('Customer', id), email, first_name: firstName, last_name: lastName, phone: null }
}

function lineBody({ id, variantId, sku, title, price, quantity, currentQuantity }: OrderedLine): object {
  return {
    id: number(id), admin_graphql_api_id: gid('LineItem', id), variant_id: number(variantId), sku, title, name: title, price, quantity,
    current_quantity: currentQuantity, gift_card: false, taxable: true, requires_shipping: true,
  }
}

/** Body of the `orders/*` topics. */
export function orderBody(state: ShopState, order: PlacedOrder): object {
  const customer = state.customers.find(({ id }) => id === order.customerId)
  const amount = total(order.lines)
  return {
    id: number(order.id),
    admin_graphql_api_id: gid('Order', order.id),
    name: order.name,
    order_number: Number(order.name.slice(1)),
    created_at: time(order.createdAt),
    updated_at: time(order.updatedAt),
    cancelled_at: order.cancelledAt === null ? null : time(order.cancelledAt),
    currency: state.shop.currency,
    subtotal_price: amount,
    total_price: amount,
    financial_status: 'paid',
    fulfillment_status: null,
    test: false,
    email: customer?.email ?? '',
    customer: customer === undefined ? null : customerBody(customer),
    line_items: order.lines.map(lineBody),
  }
}

/** Body of `refunds/create`. */
export function refundBody(
  order: PlacedOrder, refund: { id: string; at: string; restock: boolean; lines: readonly { line: OrderedLine; quantity: number }[] },
): object {
  return {
    id: number(refund.id),
    admin_graphql_api_id: gid('Refund', refund.id),
    order_id: number(order.id),
    created_at: time(refund.at),
    restock: refund.restock,
    refund_line_items: refund.lines.map(({ line, quantity }) => ({
      line_item_id: number(line.id), quantity, restock_type: refund.restock ? 'return' : 'no_restock', line_item: lineBody(line),
    })),
    transactions: [],
  }
}

const shopFields = ({ shop }: ShopState) => ({ shop_id: number(shop.id), shop_domain: shop.domain })

const personFields = ({ id, email }: Customer) => ({ id: number(id), email, phone: null })

/** Bodies of the compliance topics and of `app/uninstalled`. */
export const complianceBodies = {
  customersRedact: (state: ShopState, customer: Customer, orders: readonly PlacedOrder[]): object => (
    { ...shopFields(state), customer: personFields(customer), orders_to_redact: orders.map(({ id }) => number(id)) }
  ),
  customersDataRequest: (state: ShopState, customer: Customer, orders: readonly PlacedOrder[], requestId: string): object => ({
    ...shopFields(state),
    customer: personFields(customer),
    orders_requested: orders.map(({ id }) => number(id)),
    data_request: { id: number(requestId) },
  }),
  shopRedact: (state: ShopState): object => shopFields(state),
  appUninstalled: ({ shop: { id, name, currency, domain } }: ShopState): object => (
    { id: number(id), name, currency, domain: null, myshopify_domain: domain }
  ),
}
