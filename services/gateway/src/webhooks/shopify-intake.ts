import { entryId, INSTALLATION, type GatewayEvent } from '@zyra/contracts'
import type { Merchant } from '@zyra/runtime'
import { isKnownTopic, parseWebhookBody, personOf, readShopifyHeaders, schemaFor, type ShopifyHeaders } from '@zyra/vendor-shopify/webhooks'
import { createHash } from 'node:crypto'
import { storedBody } from './body.ts'

/** The headers of a request, names in lower case. */
export type RawHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** What a delivery becomes: one event of one merchant, under an id that the same delivery always gets. */
export interface Intake {
  readonly merchant: string
  readonly entry: string
  readonly aggregate: string
  readonly id: string
  readonly event: GatewayEvent
}

const fieldOf = (path: readonly PropertyKey[]): string => (path.length === 0 ? 'the body' : path.map(String).join('.'))

/** Why a delivery makes no sense to us, or undefined. */
const problemOf = (headers: ShopifyHeaders, merchant: Merchant | undefined, body: unknown): string | undefined => {
  const { topic, problems } = headers
  if (problems.length > 0) return problems.join(' ')
  if (topic === undefined || !isKnownTopic(topic)) return `Topic "${topic ?? ''}" is not one that Shopify documents.`
  if (merchant === undefined) return `Shop "${headers.shop ?? ''}" belongs to no merchant here.`
  const parsed = schemaFor(topic)?.safeParse(body)
  if (parsed === undefined || parsed.success) return undefined
  return `The body is not what ${topic} promises: ${parsed.error.issues.map(({ path, message }) => `${fieldOf(path)}: ${message}`).join('; ')}.`
}

const vendorHeaders = (headers: RawHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith('x-shopify-') && name !== 'x-shopify-hmac-sha256' && typeof value === 'string' ? [[name, value.slice(0, 200)]] : [],
    ),
  )

/** Turns a delivery whose signature is right into the event that keeps it: received, or quarantined with the reason. Never throws. */
export const shopifyIntake = (raw: Uint8Array, rawHeaders: RawHeaders, merchantOf: (shop: string) => Merchant | undefined): Intake => {
  const headers = readShopifyHeaders(rawHeaders)
  const { topic, shop, webhookId, eventId = null, triggeredAt = null, apiVersion = null } = headers
  const merchant = shop === undefined ? undefined : merchantOf(shop)
  const parsed = parseWebhookBody(raw)
  const { customerId = null, orderId = null } = parsed.ok ? personOf(topic ?? '', parsed.body) : {}
  const kept = { ...storedBody(raw), customerId, orderId }
  const reason = parsed.ok ? problemOf(headers, merchant, parsed.body) : parsed.problem
  const to = { merchant: merchant?.name ?? INSTALLATION, entry: entryId('shopify', shop ?? '', webhookId ?? createHash('sha256').update(raw).digest('hex')) }
  if (reason === undefined && topic !== undefined && shop !== undefined && webhookId !== undefined) {
    const event: GatewayEvent = { type: 'gateway.ShopifyWebhookReceived', data: { topic, shop, webhookId, eventId, triggeredAt, apiVersion, ...kept } }
    return { ...to, aggregate: 'shopify-webhook', id: topic, event }
  }
  const event: GatewayEvent = {
    type: 'gateway.WebhookQuarantined',
    data: {
      vendor: 'shopify', topic: topic ?? null, shop: shop ?? null, webhookId: webhookId ?? null,
      reason: reason ?? 'A header is missing.', headers: vendorHeaders(rawHeaders), ...kept,
    },
  }
  return { ...to, aggregate: 'quarantine', id: 'shopify', event }
}
