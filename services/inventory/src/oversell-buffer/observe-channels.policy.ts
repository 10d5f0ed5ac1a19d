import type { InventoryEvent } from '@zyra/contracts'
import { policy } from '@zyra/es'
import type { StockCommand } from './stock.decider.ts'

/** What a reconcile read of both channels is observed on each item. */
export const observeChannels = policy<InventoryEvent, StockCommand>({
  name: 'observe-channels',
  on: {
    'inventory.ChannelsRead': ({ data: { asOf, items } }) =>
      items.map(({ inventoryItem, ...channels }) => ({
        aggregate: 'stock',
        id: inventoryItem,
        command: { type: 'ObserveChannels', at: asOf, ...channels },
      })),
  },
})
