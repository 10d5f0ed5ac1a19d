import type { Port } from '@zyra/es'

/** How many pieces of a SKU a listing should sell. */
export interface EtsyQuantity {
  readonly listingId: string
  readonly sku: string
  readonly quantity: number
}

/** Etsy sells this many now, or why it does not. `before` is what it sold until then. */
export type EtsyQuantityAnswer =
  | { readonly quantity: number; readonly before: number; readonly written: boolean; readonly renewed: boolean; readonly alsoZeroed: readonly string[] }
  | { readonly refused: string }

/** Etsy's stock, with all of Etsy's rules behind it. */
export type EtsyQuantityPort = Port<EtsyQuantity, EtsyQuantityAnswer>
