import type { GatewayEvent } from '@zyra/contracts'
import { policy } from '@zyra/es'
import type { StockCommand } from './stock.decider.ts'

/** A merchant sets how many pieces of an item are kept off Etsy. */
export const changeBuffer = policy<GatewayEvent, StockCommand>({
  name: 'change-buffer',
  on: {
    'gateway.BufferChangeRequested': ({ data: { inventoryItem, buffer } }) => [
      { aggregate: 'stock', id: inventoryItem, command: { type: 'SetBuffer', buffer } },
    ],
  },
})
