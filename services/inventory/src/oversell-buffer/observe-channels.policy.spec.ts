import { recorded, when } from '@zyra/testing'
import { observeChannels } from './observe-channels.policy.ts'

const asOf = '2026-11-20T08:00:00.400000000Z'
const mug = {
  sku: 'MUG-BLUE', title: 'Stoneware mug, Blue', levels: [{ location: '7', available: 4 }],
  etsy: { listingId: '1001', sku: 'MUG-BLUE', quantity: 4, maxQuantity: 999, soldLately: false },
}
const card = { sku: 'GIFT', title: 'Gift card', levels: [{ location: '7', available: null }], etsy: null }

describe('observing what a reconcile read', () => {
  it('observes both channels on each item, as of the time of the read', () => {
    const items = [{ inventoryItem: '1', ...mug }, { inventoryItem: '2', ...card }]
    when(observeChannels, recorded('inventory.ChannelsRead', { asOf, last: true, itemsBefore: 0, unchanged: 0, items })).dispatches(
      { aggregate: 'stock', id: '1', command: { type: 'ObserveChannels', at: asOf, ...mug } },
      { aggregate: 'stock', id: '2', command: { type: 'ObserveChannels', at: asOf, ...card } },
    )
  })

  it('does nothing about a read that failed', () => {
    when(observeChannels, recorded('inventory.ChannelsReadFailed', { reason: 'Etsy cannot be read', stopped: false })).dispatchesNothing()
  })
})
