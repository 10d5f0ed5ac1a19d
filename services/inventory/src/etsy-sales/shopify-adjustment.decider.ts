import type { InventoryEvent } from '@zyra/contracts'
import { decider } from '@zyra/es'

type AdjustmentEvent = Extract<InventoryEvent, { type: 'inventory.ShopifyAdjustmentDecided' }>

/** `quantity` pieces were sold elsewhere. */
export type ShopifyAdjustmentCommand = {
  readonly type: 'Adjust'
  readonly inventoryItem: string
  readonly location: string
  readonly transactionId: string
  readonly quantity: number
}

/** Whether Shopify was told. */
export interface ShopifyAdjustmentState {
  readonly isDecided: boolean
}

/**
 * Shopify's stock follows one Etsy transaction, once, whatever is redelivered. An aggregate of its own for each transaction: while Shopify
 * cannot be reached, neither Etsy's quantity nor another transaction waits behind it.
 */
export const shopifyAdjustment = decider<ShopifyAdjustmentCommand, AdjustmentEvent, ShopifyAdjustmentState>({
  aggregate: 'shopify-adjustment',
  version: 1,
  initialState: { isDecided: false },
  evolve: () => ({ isDecided: true }),
  decide: ({ inventoryItem, location, transactionId, quantity }, { isDecided }) =>
    isDecided ? [] : [{ type: 'inventory.ShopifyAdjustmentDecided', data: { inventoryItem, location, transactionId, delta: -quantity } }],
})
