import type { InventoryEvent } from '@zyra/contracts'
import { projection } from '@zyra/es'

/** What a screen shows of one inventory item; its key is Shopify's id of the item. */
export type StockRow = {
  readonly sku: string
  readonly title: string
  /** Over all locations that Shopify tracks; null where it tracks none. */
  readonly available: number | null
  readonly buffer: number | null
  readonly listingId: string | null
  /** What Etsy should sell. */
  readonly decided: number | null
  /** What Etsy last confirmed to sell. */
  readonly etsy: number | null
  /** Why Etsy does not sell what was decided. */
  readonly problem: string | null
}

const EMPTY: StockRow = { sku: '', title: '', available: null, buffer: null, listingId: null, decided: null, etsy: null, problem: null }

/** The stock of each item as it is known, on both channels. */
export const stockRows = projection<InventoryEvent, StockRow>({
  name: 'inventory_stock',
  version: 1,
  indexes: ['sku'],
  on: {
    'inventory.ItemIdentified': (row = EMPTY, { data }) => ({ ...row, ...data }),
    'inventory.StockObserved': (row = EMPTY, { data: { total } }) => ({ ...row, available: total, decided: total === null ? null : row.decided }),
    'inventory.BufferSet': (row = EMPTY, { data: { buffer } }) => ({ ...row, buffer }),
    'inventory.EtsyListingLinked': (row = EMPTY, { data: { listingId } }) => ({ ...row, listingId, decided: null, etsy: null, problem: null }),
    'inventory.EtsyListingUnlinked': (row = EMPTY) => ({ ...row, listingId: null, decided: null, etsy: null, problem: null }),
    'inventory.EtsyQuantityDecided': (row = EMPTY, { data: { quantity, buffer } }) => ({ ...row, decided: quantity, buffer }),
    'inventory.DriftFound': (row = EMPTY, { data: { found } }) => ({ ...row, etsy: found }),
    'inventory.EtsyQuantitySet': (row = EMPTY, { data: { quantity } }) => ({ ...row, etsy: quantity, problem: null }),
    'inventory.EtsyQuantityRefused': (row = EMPTY, { data: { reason } }) => ({ ...row, problem: reason }),
  },
})
