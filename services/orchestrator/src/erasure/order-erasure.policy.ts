import { ERASED, type GatewayEvent } from '@zyra/contracts'
import { policy } from '@zyra/es'
import { customersRedact, parseExactJson, topicKey } from '@zyra/vendor-shopify/webhooks'
import type { ErasureCommand } from './erasure.decider.ts'

/** Shopify asks to forget a customer (`customers/redact`) or, 48 hours after the app was removed, a whole shop (`shop/redact`). */
export const orderErasure = policy<GatewayEvent, ErasureCommand>({
  name: 'order-erasure',
  on: {
    'gateway.ShopifyWebhookReceived': ({ data: { topic, body, eventId, webhookId } }) => {
      if (body === ERASED) return []
      switch (topicKey(topic)) {
        case 'CUSTOMERS_REDACT': {
          const { customer, orders_to_redact: orderIds } = customersRedact.parse(parseExactJson(body))
          const command = { type: 'ErasePerson', customerId: customer.id, orderIds, requestId: eventId ?? webhookId } as const
          return [{ aggregate: 'erasure', id: customer.id, command }]
        }
        case 'SHOP_REDACT':
          return [{ aggregate: 'erasure', id: 'shop', command: { type: 'EraseMerchant', requestId: eventId ?? webhookId } }]
        default:
          return []
      }
    },
  },
})
