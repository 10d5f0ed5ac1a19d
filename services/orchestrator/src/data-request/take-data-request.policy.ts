import { ERASED, type GatewayEvent } from '@zyra/contracts'
import { policy } from '@zyra/es'
import { customersDataRequest, parseExactJson, topicKey } from '@zyra/vendor-shopify/webhooks'
import type { DataRequestCommand } from './data-request.decider.ts'

/** Shopify passes on that a customer wants to know what is stored (`customers/data_request`). */
export const takeDataRequest = policy<GatewayEvent, DataRequestCommand>({
  name: 'take-data-request',
  on: {
    'gateway.ShopifyWebhookReceived': ({ data: { topic, body, eventId, webhookId }, meta }) => {
      if (topicKey(topic) !== 'CUSTOMERS_DATA_REQUEST' || body === ERASED) return []
      const { customer, orders_requested: orderIds } = customersDataRequest.parse(parseExactJson(body))
      const command = { type: 'RequestData', customerId: customer.id, orderIds, requestId: eventId ?? webhookId, at: meta.time } as const
      return [{ aggregate: 'data-request', id: customer.id, command }]
    },
  },
})
