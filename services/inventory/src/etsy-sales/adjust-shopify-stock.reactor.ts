import type { InventoryEvent } from '@zyra/contracts'
import { reactor } from '@zyra/es'
import type { ShopifyStockPort } from './shopify-stock.port.ts'

type Outcome = Extract<InventoryEvent, { type: 'inventory.ShopifyAdjusted' | 'inventory.ShopifyAdjustmentRefused' }>

/**
 * Takes what Etsy sold off Shopify's stock, even when everything is stopped. What Shopify declines is parked: the pieces stay withheld until
 * somebody has seen to it.
 */
export const adjustShopifyStock = reactor<InventoryEvent, ShopifyStockPort, Outcome>({
  name: 'adjust-shopify-stock',
  port: 'shopifyStock',
  effect: 'shopify-stock',
  on: {
    'inventory.ShopifyAdjustmentDecided': ({ data, meta }) => ({
      permit: { class: 'operational', effect: 'lowers-stock' },
      input: { ...data, decidedAt: meta.time },
    }),
  },
  outcome: ({ inventoryItem, location, delta, transactionId }, result) => {
    const adjustment = { inventoryItem, location, delta, transactionId }
    return result.ok
      ? [{ type: 'inventory.ShopifyAdjusted', data: { ...adjustment, at: result.value.at } }]
      : [{ type: 'inventory.ShopifyAdjustmentRefused', data: { ...adjustment, reason: result.error } }]
  },
})
