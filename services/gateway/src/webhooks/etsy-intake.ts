import { entryId, INSTALLATION, type GatewayEvent } from '@zyra/contracts'
import type { Merchant } from '@zyra/runtime'
import { etsyWebhookBodySchema, receiptIdOf } from '@zyra/vendor-etsy/webhook'
import { storedBody } from './body.ts'
import type { Intake } from './shopify-intake.ts'

/** What the signature vouches for. */
export interface EtsyDelivery {
  readonly id: string
  /** Seconds since 1970. */
  readonly timestamp: number
}

const parse = (raw: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(raw).toString('utf8'))
  } catch {
    return undefined
  }
}

/** The Etsy shop that a body names, before anything vouches for it; undefined where it names none. */
export const etsyShopIn = (raw: Uint8Array): string | undefined => etsyWebhookBodySchema.safeParse(parse(raw)).data?.shop_id

/** Turns a delivery whose signature is right into the event that keeps it: received, or quarantined with the reason. Never throws. */
export const etsyIntake = (raw: Uint8Array, { id, timestamp }: EtsyDelivery, merchantOf: (etsyShop: string) => Merchant | undefined): Intake => {
  const parsed = etsyWebhookBodySchema.safeParse(parse(raw))
  const merchant = parsed.success ? merchantOf(parsed.data.shop_id) : undefined
  const orderId = parsed.success ? (receiptIdOf(parsed.data) ?? null) : null
  const kept = { ...storedBody(raw), customerId: null, orderId: orderId === null ? null : `etsy-${orderId}` }
  const to = { merchant: merchant?.name ?? INSTALLATION, entry: entryId('etsy', id) }
  if (parsed.success && merchant !== undefined) {
    const sentAt = new Date(timestamp * 1_000).toISOString()
    const event: GatewayEvent = { type: 'gateway.EtsyWebhookReceived', data: { topic: parsed.data.event_type, webhookId: id, sentAt, ...kept } }
    return { ...to, aggregate: 'etsy-webhook', id: parsed.data.event_type, event }
  }
  const reason = parsed.success
    ? `Etsy shop "${parsed.data.shop_id}" belongs to no merchant here.`
    : `The body is not what Etsy documents: ${parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`).join('; ')}.`
  const shop = parsed.success ? parsed.data.shop_id : null
  const topic = parsed.success ? parsed.data.event_type : null
  const event: GatewayEvent = {
    type: 'gateway.WebhookQuarantined',
    data: { vendor: 'etsy', topic, shop, webhookId: id, reason, headers: {}, ...kept },
  }
  return { ...to, aggregate: 'quarantine', id: 'etsy', event }
}
