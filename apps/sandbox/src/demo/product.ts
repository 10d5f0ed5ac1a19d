/** What a product varies by. */
export type Option = 'Colour' | 'Size' | 'Design'

export interface DemoVariant {
  readonly sku: string
  /** One value for each of the product's options. */
  readonly values: readonly string[]
  /** Euros, `24.50`. */
  readonly price: string
  readonly grams: number
  /** Pieces by location, or all of them in the first. For a product that only Etsy has: what Etsy sells. */
  readonly stock: number | Readonly<Record<string, number>>
  /** What Etsy sells at the start where that is out of step with the stock. */
  readonly etsyQuantity?: number
  /** False for what is not counted; true if not given. */
  readonly tracked?: false
  /** There will never be another one. */
  readonly unique?: true
}

export interface DemoProduct {
  readonly title: string
  readonly productType: string
  /** How often customers look for it, beside the others. */
  readonly popularity: number
  readonly options: readonly Option[]
  readonly onShopify: boolean
  /** Its listing, if Etsy has it. */
  readonly etsy?: { readonly listingId: number; readonly title: string; readonly tags: readonly string[] }
  readonly variants: readonly DemoVariant[]
}

/** The shop's places, the first one first. */
export const LOCATIONS = ['Studio', 'Market hall'] as const

/** Pieces at all places. */
export const totalStock = ({ stock }: DemoVariant): number =>
  typeof stock === 'number' ? stock : Object.values(stock).reduce((sum, pieces) => sum + pieces, 0)
