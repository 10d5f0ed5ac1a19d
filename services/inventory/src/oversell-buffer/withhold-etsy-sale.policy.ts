import type { InventoryEvent } from '@zyra/contracts'
import { policy } from '@zyra/es'
import type { StockCommand } from './stock.decider.ts'

/** What Etsy sold is withheld from the stock until Shopify's numbers have it in them. */
export const withholdEtsySale = policy<InventoryEvent, StockCommand>({
  name: 'withhold-etsy-sale',
  on: {
    'inventory.EtsySaleMatched': ({ data: { inventoryItem, location, transactionId, quantity } }) => [
      { aggregate: 'stock', id: inventoryItem, command: { type: 'WithholdSale', sale: { transactionId, quantity, location, countedAt: null } } },
    ],
    'inventory.ShopifyAdjusted': ({ data: { inventoryItem, location, transactionId, delta, at } }) => [
      { aggregate: 'stock', id: inventoryItem, command: { type: 'WithholdSale', sale: { transactionId, quantity: -delta, location, countedAt: at } } },
    ],
  },
})
