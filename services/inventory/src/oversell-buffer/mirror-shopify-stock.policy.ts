import { ERASED, type GatewayEvent } from '@zyra/contracts'
import { policy } from '@zyra/es'
import { instant, inventoryLevelUpdate, parseExactJson, topicKey } from '@zyra/vendor-shopify/webhooks'
import type { StockCommand } from './stock.decider.ts'

/** What Shopify tells of an item's stock is observed on that item. The gateway let only well-formed bodies of this topic through. */
export const mirrorShopifyStock = policy<GatewayEvent, StockCommand>({
  name: 'mirror-shopify-stock',
  on: {
    'gateway.ShopifyWebhookReceived': ({ data: { topic, triggeredAt, body }, meta }) => {
      if (topicKey(topic) !== 'INVENTORY_LEVELS_UPDATE' || body === ERASED) return []
      const level = inventoryLevelUpdate.parse(parseExactJson(body))
      const at = instant(triggeredAt ?? '') ?? instant(level.updated_at ?? '') ?? instant(meta.time) ?? meta.time
      const command = { type: 'ObserveLevel', location: level.location_id, available: level.available, at } as const
      return [{ aggregate: 'stock', id: level.inventory_item_id, command }]
    },
  },
})
