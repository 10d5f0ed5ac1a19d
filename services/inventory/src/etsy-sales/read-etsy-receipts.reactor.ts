import type { InventoryEvent } from '@zyra/contracts'
import { reactor } from '@zyra/es'
import type { EtsyReceiptsPort } from './etsy-receipts.port.ts'

type Outcome = Extract<InventoryEvent, { type: 'inventory.EtsyReceiptsRead' | 'inventory.EtsyReceiptsReadFailed' }>

/** Some 170 bytes each: a page stays far below the 256 KB that an event may have. */
const SALES_PER_EVENT = 500

/** Reads Etsy's receipts and records what they sold, in pages. */
export const readEtsyReceipts = reactor<InventoryEvent, EtsyReceiptsPort, Outcome>({
  name: 'read-etsy-receipts',
  port: 'etsyReceipts',
  effect: 'etsy-receipts-read',
  newestOnly: true,
  on: {
    // It is read in order to lower stock: what Etsy sells while everything is stopped must not be sold on Shopify as well.
    'inventory.EtsyReceiptsPollStarted': ({ data: { since } }) => ({ permit: { class: 'operational', effect: 'lowers-stock' }, input: { since } }),
  },
  outcome: (_input, result) => {
    if (!result.ok) return [{ type: 'inventory.EtsyReceiptsReadFailed', data: { reason: result.error } }]
    if ('failed' in result.value) return [{ type: 'inventory.EtsyReceiptsReadFailed', data: { reason: result.value.failed } }]
    const { until, sales } = result.value
    const pages = Math.max(1, Math.ceil(sales.length / SALES_PER_EVENT))
    return Array.from({ length: pages }, (_, page) => ({
      type: 'inventory.EtsyReceiptsRead',
      data: { until, sales: sales.slice(page * SALES_PER_EVENT, (page + 1) * SALES_PER_EVENT), last: page === pages - 1 },
    }))
  },
})
