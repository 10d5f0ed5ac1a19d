import type { InventoryEvent } from '@zyra/contracts'
import { policy } from '@zyra/es'
import type { ShopifyAdjustmentCommand } from './shopify-adjustment.decider.ts'

/** Shopify follows once the sale is withheld from what Etsy may sell: in this order nothing is for sale twice. */
export const adjustForEtsySale = policy<InventoryEvent, ShopifyAdjustmentCommand>({
  name: 'adjust-for-etsy-sale',
  on: {
    'inventory.SaleWithheld': ({ data: { countedAt, ...sale }, meta }) => {
      if (countedAt !== null) return []
      return [{ aggregate: 'shopify-adjustment', id: sale.transactionId, command: { type: 'Adjust', inventoryItem: meta.aggregateId, ...sale } }]
    },
  },
})
