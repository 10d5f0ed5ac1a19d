import type { Port } from '@zyra/es'

/** One inventory item on both channels. */
export interface ItemOnChannels {
  readonly inventoryItem: string
  readonly sku: string
  readonly title: string
  readonly levels: readonly { readonly location: string; readonly available: number | null }[]
  /** `soldLately`: Etsy's receipts tell of a sale that need not be known yet. */
  readonly etsy: {
    readonly listingId: string
    readonly sku: string
    readonly quantity: number
    readonly maxQuantity: number
    readonly soldLately: boolean
  } | null
}

/**
 * What both channels showed that is news, and how many items showed nothing new. `asOf` is by Shopify's clock, UTC with nine decimals: what
 * happened before it is part of it.
 */
export interface ChannelsReading {
  readonly asOf: string
  readonly items: readonly ItemOnChannels[]
  readonly unchanged: number
}

/**
 * Reads both channels. Sales on Etsy from before `since` (ISO 8601) are known, later ones need not be. `failed` says why a channel or
 * Etsy's receipts cannot be read at present. Reading twice does no harm, so finding out is reading.
 */
export type ChannelsPort = Port<{ readonly since: string }, ChannelsReading | { readonly failed: string }>
