import type { Port } from '@zyra/es'

/** One line of a paid order: pieces of one SKU of one listing. Nothing of it tells who bought them. */
export interface EtsySale {
  readonly receiptId: string
  readonly transactionId: string
  readonly listingId: string
  readonly sku: string
  readonly quantity: number
  /** When the order was placed, ISO 8601. */
  readonly soldAt: string
}

/** What the receipts that changed since some time sold. `until` is when the read began: a sale from before it is part of it. */
export interface EtsyReceipts {
  readonly until: string
  readonly sales: readonly EtsySale[]
}

/** Reads Etsy's receipts; `failed` says why they cannot be read at present. Reading twice does no harm, so finding out is reading. */
export type EtsyReceiptsPort = Port<{ readonly since: string }, EtsyReceipts | { readonly failed: string }>
