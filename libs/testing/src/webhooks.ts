import type { GatewayEvent } from '@zyra/contracts'
import type { EventMeta, EventNamed } from '@zyra/es'
import { recorded } from './zyra-event.ts'

type Received = EventNamed<GatewayEvent, 'gateway.ShopifyWebhookReceived'>['data']

/** A webhook of Shopify as the gateway kept it, of the delivery `webhook-1` about the event `event-1` unless `data` says otherwise. */
export const shopifyWebhook = (topic: string, body: string, data: Partial<Received> = {}, meta: Partial<EventMeta> = {}) =>
  recorded('gateway.ShopifyWebhookReceived', {
    topic, shop: 'demo.myshopify.com', webhookId: 'webhook-1', eventId: 'event-1', triggeredAt: '2026-11-20T06:29:01.123456789Z',
    apiVersion: '2026-10', bodyEncoding: 'utf8', body, customerId: null, orderId: null, ...data,
  }, meta)
