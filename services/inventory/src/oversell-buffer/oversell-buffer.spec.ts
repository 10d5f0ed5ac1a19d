import { enter, memoryLog, processAll, recorded, shopifyWebhook, type MemoryLog } from '@zyra/testing'
import { changeBuffer } from './change-buffer.policy.ts'
import type { EtsyQuantityPort } from './etsy-quantity.port.ts'
import { mirrorShopifyStock } from './mirror-shopify-stock.policy.ts'
import { observeChannels } from './observe-channels.policy.ts'
import { setEtsyQuantity } from './set-etsy-quantity.reactor.ts'
import { stock } from './stock.decider.ts'

const [ITEM, STUDIO, LISTING] = ['9007199254740993', '9007199254740997', '9007199254741013']

const inventory = {
  name: 'inventory', deciders: [stock], policies: [mirrorShopifyStock, observeChannels, changeBuffer], reactors: [setEtsyQuantity],
}

/** Etsy as far as this feature sees it: a number that is set. */
const etsySelling = (quantity: number) => {
  const history = [quantity]
  const etsyQuantity: EtsyQuantityPort = {
    do: async (wanted) => {
      const before = history.at(-1) ?? 0
      history.push(wanted.quantity)
      return { quantity: wanted.quantity, before, written: before !== wanted.quantity, renewed: false, alsoZeroed: [] }
    },
  }
  return { history, etsyQuantity }
}

const channelsShow = (available: number, quantity: number, time = '2026-11-20T08:00:00') => recorded('inventory.ChannelsRead', {
  asOf: `${time}.000000000Z`, last: true, itemsBefore: 0, unchanged: 0,
  items: [{
    inventoryItem: ITEM, sku: 'MUG-BLUE', title: 'Mug, Blue', levels: [{ location: STUDIO, available }],
    etsy: { listingId: LISTING, sku: 'MUG-BLUE', quantity, maxQuantity: 999, soldLately: false },
  }],
})
const shopifyTells = (available: number, second: number) => shopifyWebhook(
  'inventory_levels/update', `{"inventory_item_id":${ITEM},"location_id":${STUDIO},"available":${available}}`,
  { webhookId: `webhook-${second}`, triggeredAt: `2026-11-20T09:00:0${second}.000000000Z` },
)

const typesIn = (log: MemoryLog): string[] => log.events().map(({ envelope }) => envelope.type.replace(/^\w+\./, ''))

describe('the oversell buffer, from Shopify to Etsy', () => {
  it('follows the stock down to the last pieces, which it keeps off Etsy, and up again', async () => {
    const [log, { history, etsyQuantity }] = [memoryLog(), etsySelling(7)]
    await enter(log, channelsShow(5, 7), shopifyTells(3, 1), shopifyTells(1, 2), shopifyTells(9, 3))
    await processAll(log, { services: [inventory], ports: { etsyQuantity } })
    expect(history).toEqual([7, 5, 3, 0, 9])
  })

  it('leaves a trace that says why Etsy sells what it sells', async () => {
    const [log, { etsyQuantity }] = [memoryLog(), etsySelling(5)]
    await enter(log, channelsShow(5, 5))
    const done = await processAll(log, { services: [inventory], ports: { etsyQuantity } })
    await enter(log, shopifyTells(1, 1))
    await processAll(log, { services: [inventory], ports: { etsyQuantity }, after: done })
    expect(typesIn(log).slice(done)).toEqual(['ShopifyWebhookReceived', 'StockObserved', 'EtsyQuantityDecided', 'EtsyQuantitySet'])
    const [webhook, ...rest] = log.events().slice(done).map(({ envelope }) => envelope)
    expect(new Set(rest.map(({ correlationId }) => correlationId))).toEqual(new Set([webhook?.correlationId]))
  })

  it('comes to the same end when webhooks overtake each other and come twice', async () => {
    const [log, { history, etsyQuantity }] = [memoryLog(), etsySelling(5)]
    await enter(log, channelsShow(5, 5), shopifyTells(2, 3), shopifyTells(8, 1), shopifyTells(2, 3), shopifyTells(7, 2))
    await processAll(log, { services: [inventory], ports: { etsyQuantity } })
    expect(history.at(-1)).toBe(2)
    expect(history).not.toContain(8)
  })

  it('repairs what somebody changed on Etsy, once', async () => {
    const [log, { history, etsyQuantity }] = [memoryLog(), etsySelling(5)]
    await enter(log, channelsShow(5, 5), channelsShow(5, 12, '2026-11-20T08:15:00'), channelsShow(5, 5, '2026-11-20T08:30:00'))
    await processAll(log, { services: [inventory], ports: { etsyQuantity } })
    expect(history).toEqual([5, 5, 5])
    expect(typesIn(log).filter((type) => type === 'DriftFound')).toHaveLength(1)
  })

  it('keeps as many pieces off Etsy as the merchant says', async () => {
    const [log, { history, etsyQuantity }] = [memoryLog(), etsySelling(5)]
    const asked = recorded('gateway.BufferChangeRequested', { requestId: 'r-1', by: 'command-line', inventoryItem: ITEM, buffer: 6 })
    await enter(log, channelsShow(5, 5), asked, shopifyTells(6, 1))
    await processAll(log, { services: [inventory], ports: { etsyQuantity } })
    expect(history).toEqual([5, 5, 0, 6])
  })
})
