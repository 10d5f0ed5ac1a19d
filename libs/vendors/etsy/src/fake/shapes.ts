import type { EtsyFakeState, FakeListing, FakeReceipt } from './state.ts'
import { listingTotal } from './quantities.ts'

const money = (amount: number, currency_code: string) => ({ amount, divisor: 100, currency_code })

const propertyValue = (value: FakeListing['products'][number]['values'][number]) => ({ ...value, scale_name: null })

/** A listing's inventory as getListingInventory answers it. */
export const inventoryShape = (state: EtsyFakeState, listing: FakeListing) => ({
  products: listing.products.map((product) => ({
    product_id: product.productId,
    sku: product.sku,
    is_deleted: false,
    offerings: [{
      offering_id: product.offeringId,
      quantity: product.quantity,
      is_enabled: product.enabled,
      is_deleted: false,
      price: money(product.price, state.currency),
      readiness_state_id: product.readinessStateId,
    }],
    property_values: product.values.map(propertyValue),
  })),
  price_on_property: listing.priceOn,
  quantity_on_property: listing.quantityOn,
  sku_on_property: listing.skuOn,
  readiness_state_on_property: listing.readinessOn,
})

/** A listing as every endpoint answers it, without associations. */
export const listingShape = (state: EtsyFakeState, listing: FakeListing) => ({
  listing_id: listing.listingId,
  user_id: state.userId,
  shop_id: state.shopId,
  title: listing.title,
  description: listing.description,
  state: listing.state,
  created_timestamp: listing.createdAt,
  ending_timestamp: listing.endsAt,
  updated_timestamp: listing.updatedAt,
  state_timestamp: listing.stateAt,
  quantity: listingTotal(listing),
  url: `https://www.etsy.com/listing/${listing.listingId}`,
  tags: listing.tags,
  has_variations: listing.products.length > 1,
  should_auto_renew: listing.autoRenew,
  price: money(Math.min(...listing.products.map(({ price }) => price)), state.currency),
})

export const listingWithInventoryShape = (state: EtsyFakeState, listing: FakeListing) => ({
  ...listingShape(state, listing),
  inventory: inventoryShape(state, listing),
  skus: [...new Set(listing.products.map(({ sku }) => sku))],
})

/** A receipt with its transactions. */
export const receiptShape = (state: EtsyFakeState, receipt: FakeReceipt) => {
  const total = money(receipt.lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0), state.currency)
  return {
    receipt_id: receipt.receiptId,
    receipt_type: 0,
    seller_user_id: state.userId,
    buyer_user_id: receipt.buyerUserId,
    buyer_email: receipt.email,
    name: receipt.name,
    first_line: receipt.firstLine,
    city: receipt.city,
    zip: receipt.zip,
    country_iso: receipt.country,
    status: 'paid',
    is_paid: true,
    is_shipped: false,
    created_timestamp: receipt.createdAt,
    updated_timestamp: receipt.createdAt,
    grandtotal: total,
    subtotal: total,
    total_price: total,
    transactions: receipt.lines.map((line) => ({
      transaction_id: line.transactionId,
      title: line.title,
      seller_user_id: state.userId,
      buyer_user_id: receipt.buyerUserId,
      created_timestamp: receipt.createdAt,
      paid_timestamp: receipt.createdAt,
      shipped_timestamp: null,
      quantity: line.quantity,
      receipt_id: receipt.receiptId,
      is_digital: false,
      listing_id: line.listingId,
      transaction_type: 'listing',
      product_id: line.productId,
      sku: line.sku,
      price: money(line.price, state.currency),
      product_data: line.values.map(propertyValue),
    })),
  }
}
