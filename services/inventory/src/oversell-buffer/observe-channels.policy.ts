import type { InventoryEvent } from '@zyra/contracts'
import { policy, type Dispatch } from '@zyra/es'
import type { StockCommand } from './stock.decider.ts'

type ChannelsRead = Extract<InventoryEvent, { type: 'inventory.ChannelsRead' }>['data']

/** What one item that was read means for its stock. */
export const observationOf = (asOf: string, { inventoryItem, ...channels }: ChannelsRead['items'][number]): Dispatch<StockCommand> => ({
  aggregate: 'stock', id: inventoryItem, command: { type: 'ObserveChannels', at: asOf, ...channels },
})

/** What a reconcile read of both channels is observed on each item. */
export const observeChannels = policy<InventoryEvent, StockCommand>({
  name: 'observe-channels',
  on: {
    'inventory.ChannelsRead': ({ data: { asOf, items } }) => items.map((item) => observationOf(asOf, item)),
  },
})
