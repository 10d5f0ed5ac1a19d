import { z } from 'zod'
import { event, type EventsOf } from './define.ts'
import { ids, mode, pieces, stopLevel } from './fields.ts'

const delivery = {
  bodyEncoding: z.enum(['utf8', 'base64']).describe('`utf8` where the bytes are valid UTF-8, else `base64`: either way the bytes come back as they came.'),
  body: z.string().describe('The whole body as it came. The log holds it encrypted.'),
  customerId: z.string().nullable().describe("The vendor's id of the customer it is about; null where it names none."),
  orderId: z.string().nullable().describe("The vendor's id of the order it is about, Etsy's with `etsy-` before it; null where it names none."),
}

const whose = (data: { customerId: string | null; orderId: string | null }) => ({
  customerId: data.customerId ?? undefined,
  orderId: data.orderId ?? undefined,
})

const request = {
  requestId: ids.requestId,
  by: z.string().describe('Who asks, as the gateway knows them: `command-line`, or `start` for the sandbox at its first start.'),
}

export const gatewayEvents = {
  ShopifyWebhookReceived: event({
    aggregate: 'shopify-webhook',
    schema: z.strictObject({
      topic: z.string().describe("Shopify's name of what happened, such as `orders/create`."),
      shop: ids.shopDomain,
      webhookId: z.string().describe('Names the delivery (`X-Shopify-Webhook-Id`).'),
      eventId: z.string().nullable().describe('Names the business event (`X-Shopify-Event-Id`); null from senders that do not tell.'),
      triggeredAt: z.string().nullable()
        .describe('When Shopify triggered it, ISO 8601 with up to nine decimals (`X-Shopify-Triggered-At`); null where it does not tell.'),
      apiVersion: z.string().nullable().describe("The version of Shopify's API that the body follows, such as `2026-10`."),
      ...delivery,
    }).describe('A webhook of Shopify with a right signature came in, kept as it came.'),
    personal: ['body'],
    subject: whose,
  }),
  EtsyWebhookReceived: event({
    aggregate: 'etsy-webhook',
    schema: z.strictObject({
      topic: z.string().describe("Etsy's name of what happened, such as `order.paid`."),
      webhookId: z.string().describe('Names the delivery (`webhook-id`).'),
      sentAt: z.string().nullable().describe('When Etsy sent it, ISO 8601.'),
      ...delivery,
    }).describe('A webhook of Etsy with a right signature came in, kept as it came.'),
    personal: ['body'],
    subject: whose,
  }),
  WebhookQuarantined: event({
    aggregate: 'quarantine',
    schema: z.strictObject({
      vendor: z.enum(['shopify', 'etsy']).describe('Who signed it.'),
      topic: z.string().nullable().describe("The vendor's name of what happened, as far as it can be read."),
      shop: z.string().nullable().describe("The vendor's name of the shop, as far as it can be read."),
      webhookId: z.string().nullable().describe('Names the delivery, as far as it can be read.'),
      reason: z.string().describe('What makes no sense: the field, what was expected, and what was found where that is not personal.'),
      headers: z.record(z.string(), z.string()).describe("Headers of the vendor's own, as they came, names in lower case."),
      ...delivery,
    }).describe('A delivery with a right signature makes no sense to us: it is kept whole, with the reason.'),
    personal: ['body'],
    subject: whose,
  }),
  RegistrationRequested: event({
    aggregate: 'request',
    schema: z.strictObject({ ...request, mode, shopDomain: ids.shopDomain, etsyShopId: ids.etsyShopId })
      .describe('Somebody asks that a merchant be known from now on.'),
  }),
  ReconcileRequested: event({
    aggregate: 'request',
    schema: z.strictObject(request).describe('Somebody asks to read both channels now and to put right what differs.'),
  }),
  BufferChangeRequested: event({
    aggregate: 'request',
    schema: z.strictObject({
      ...request,
      inventoryItem: ids.inventoryItem,
      buffer: pieces.nonnegative().describe('Below this many pieces Etsy is to sell nothing of the item.'),
    }).describe('Somebody asks for another buffer of an item.'),
  }),
  StopRequested: event({
    aggregate: 'request',
    schema: z.strictObject({ ...request, level: stopLevel, reason: z.string().describe('Why, in the words of who asks; may be empty. Never personal.') })
      .describe('Somebody asks to stop calls to the outside.'),
  }),
  ResumeRequested: event({
    aggregate: 'request',
    schema: z.strictObject(request).describe('Somebody asks to let calls to the outside go again.'),
  }),
  RedriveRequested: event({
    aggregate: 'request',
    schema: z.strictObject({
      ...request,
      service: z.string().describe('The service whose handler gave up.'),
      parkedId: z.string().describe('The id of the lot, as `zyra parked` shows it.'),
    }).describe('Somebody asks to handle again what is parked.'),
  }),
  DiscardRequested: event({
    aggregate: 'request',
    schema: z.strictObject({
      ...request,
      service: z.string().describe('The service whose handler gave up.'),
      parkedId: z.string().describe('The id of the lot, as `zyra parked` shows it.'),
      reason: z.string().describe('Why, in their words. Never personal.'),
    }).describe('A person wants what is parked to be left undone.'),
  }),
} as const

/** Facts that came in. */
export type GatewayEvent = EventsOf<'gateway', typeof gatewayEvents>
