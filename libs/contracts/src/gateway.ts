import { z } from 'zod'
import { event, type EventsOf } from './define.ts'

const delivery = {
  /** `utf8` where the bytes are valid UTF-8, else `base64`: either way the bytes come back as they came. */
  bodyEncoding: z.enum(['utf8', 'base64']),
  /** The whole body, encrypted. */
  body: z.string(),
  customerId: z.string().nullable(),
  orderId: z.string().nullable(),
}

const whose = (data: { customerId: string | null; orderId: string | null }) => ({
  customerId: data.customerId ?? undefined,
  orderId: data.orderId ?? undefined,
})

export const gatewayEvents = {
  /** A webhook of Shopify with a right signature, as it came. */
  ShopifyWebhookReceived: event({
    aggregate: 'shopify-webhook',
    schema: z.strictObject({
      topic: z.string(),
      shop: z.string(),
      /** Names the delivery (`X-Shopify-Webhook-Id`). */
      webhookId: z.string(),
      /** Names the business event (`X-Shopify-Event-Id`); null from senders that do not tell. */
      eventId: z.string().nullable(),
      /** When the vendor triggered it, ISO 8601 with up to nine decimals (`X-Shopify-Triggered-At`). */
      triggeredAt: z.string().nullable(),
      apiVersion: z.string().nullable(),
      ...delivery,
    }),
    personal: ['body'],
    subject: whose,
  }),
  /** A webhook of Etsy with a right signature, as it came. */
  EtsyWebhookReceived: event({
    aggregate: 'etsy-webhook',
    schema: z.strictObject({ topic: z.string(), webhookId: z.string(), sentAt: z.string().nullable(), ...delivery }),
    personal: ['body'],
    subject: whose,
  }),
  /** A delivery with a right signature that makes no sense to us: kept whole, with the reason. */
  WebhookQuarantined: event({
    aggregate: 'quarantine',
    schema: z.strictObject({
      vendor: z.enum(['shopify', 'etsy']),
      topic: z.string().nullable(),
      shop: z.string().nullable(),
      webhookId: z.string().nullable(),
      reason: z.string(),
      /** Headers of the vendor's own, as they came, names in lower case. */
      headers: z.record(z.string(), z.string()),
      ...delivery,
    }),
    personal: ['body'],
    subject: whose,
  }),
  RegistrationRequested: event({
    aggregate: 'request',
    schema: z.strictObject({ requestId: z.string(), by: z.string(), mode: z.enum(['sandbox', 'live']), shopDomain: z.string(), etsyShopId: z.string() }),
  }),
  ReconcileRequested: event({ aggregate: 'request', schema: z.strictObject({ requestId: z.string(), by: z.string() }) }),
  BufferChangeRequested: event({
    aggregate: 'request',
    schema: z.strictObject({ requestId: z.string(), by: z.string(), inventoryItem: z.string(), buffer: z.number().int().nonnegative() }),
  }),
  StopRequested: event({
    aggregate: 'request',
    schema: z.strictObject({ requestId: z.string(), by: z.string(), level: z.enum(['autopilot', 'everything']), reason: z.string() }),
  }),
  ResumeRequested: event({ aggregate: 'request', schema: z.strictObject({ requestId: z.string(), by: z.string() }) }),
  RedriveRequested: event({
    aggregate: 'request',
    schema: z.strictObject({ requestId: z.string(), by: z.string(), service: z.string(), parkedId: z.string() }),
  }),
  /** A person wants what is parked to be left undone, and says why. */
  DiscardRequested: event({
    aggregate: 'request',
    schema: z.strictObject({ requestId: z.string(), by: z.string(), service: z.string(), parkedId: z.string(), reason: z.string() }),
  }),
} as const

/** Facts that came in. */
export type GatewayEvent = EventsOf<'gateway', typeof gatewayEvents>
