/** A value with the time it was read. */
export interface Read<T> {
  readonly value: T
  /**
   * By Shopify's clock, comparable as a string with a webhook's `triggeredAt`: every change before this time is part of the value. At
   * most about a second too early (the `Date` header has whole seconds), never too late.
   */
  readonly asOf: string
  /** The API version that answered; another than ours means that ours was retired. Undefined when Shopify did not say. */
  readonly servedVersion: string | undefined
}

/** A page of something, with the cursor of the next page if there is one. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | undefined
}

export interface Shop {
  readonly id: string
  readonly name: string
  readonly myshopifyDomain: string
  readonly currencyCode: string
}

/** The stock of an item at one location. */
export interface StockLevel {
  readonly locationId: string
  readonly locationName: string
  /** May be negative; null when Shopify does not track the item. */
  readonly available: number | null
  /** When the quantity last changed. */
  readonly updatedAt: string
}

export interface ItemStock {
  readonly inventoryItemId: string
  readonly sku: string | null
  readonly tracked: boolean
  readonly updatedAt: string
  readonly levels: readonly StockLevel[]
}

export interface VariantStock extends ItemStock {
  readonly variantId: string
  readonly variantTitle: string
  readonly productId: string
  readonly productTitle: string
  /** Whether the shop takes orders beyond the stock (inventory policy CONTINUE). */
  readonly sellsWhenSoldOut: boolean
}

interface Place {
  readonly inventoryItemId: string
  readonly locationId: string
  /** The quantity that must be there, else `stale`; null to write regardless. */
  readonly changeFromQuantity: number | null
}
export interface QuantityChange extends Place {
  readonly delta: number
}
export interface QuantityTarget extends Place {
  readonly quantity: number
}

export interface InventoryWrite<C> {
  /** The same key for every try of the same write, another for every other write; Shopify remembers it for 24 hours. */
  readonly idempotencyKey: string
  /** One of Shopify's reasons, for instance `correction`. */
  readonly reason: string
  /** A URI of ours that names why, for the merchant's inventory history: `gid://zyra/Decision/<id>`. */
  readonly referenceDocumentUri?: string
  readonly changes: readonly C[]
}

export interface Written {
  readonly adjustmentGroupId: string
  readonly createdAt: string
  readonly asOf: string
}

export interface Subscription {
  readonly id: string
  /** In the schema's spelling, `ORDERS_CREATE`. */
  readonly topic: string
  readonly uri: string
  readonly createdAt: string
  readonly apiVersion: string
}

export interface OrderLine {
  readonly id: string
  readonly sku: string | null
  readonly quantity: number
  /** What is left after refunds and edits. */
  readonly currentQuantity: number
  readonly variantId: string | null
}

export interface Order {
  readonly id: string
  readonly name: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly cancelledAt: string | null
  readonly lines: readonly OrderLine[]
  /** True when the order has more than the 20 lines given. */
  readonly hasMoreLines: boolean
}
