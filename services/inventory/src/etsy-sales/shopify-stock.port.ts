import type { Port } from '@zyra/es'

/** Pieces to be taken off (`delta` below 0) Shopify's stock of an item at a location, for an Etsy transaction. */
export interface ShopifyAdjustment {
  readonly inventoryItem: string
  readonly location: string
  readonly delta: number
  readonly transactionId: string
  /** ISO 8601. Shopify knows a repetition for a day: one that is older cannot be settled by doing it again. */
  readonly decidedAt: string
}

/** Shopify changed its stock at this time, by its own clock: UTC with nine decimals. */
export interface ShopifyAdjusted {
  readonly at: string
}

/** Shopify's stock. Finding out is doing it again under the same key, which Shopify does once. */
export type ShopifyStockPort = Port<ShopifyAdjustment, ShopifyAdjusted>
