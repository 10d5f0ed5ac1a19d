import { randomUUID } from 'node:crypto'
import { signEtsyWebhook, etsyWebhookHeaders } from '@zyra/vendor-etsy/webhook'
import type { Clock } from '@zyra/vendor-faults'
import { API_VERSION } from '@zyra/vendor-shopify'
import { signShopifyWebhook } from '@zyra/vendor-shopify/webhooks'
import { z } from 'zod'
import { SHOPIFY } from '../credentials.ts'
import { messageOf } from '../saved-state.ts'

/** As long as Shopify waits for an answer. */
const TIMEOUT_MS = 5000

const header = z.string().regex(/^[\x21-\x7e]{1,200}$/, 'expected 1 to 200 visible ASCII characters')
const common = {
  /** The body as text; or in base64, byte for byte, as `bodyBase64`. */
  body: z.string().optional(),
  bodyBase64: z.base64().optional(),
  /** The same id for all times, made up if not given. */
  webhookId: header.optional(),
  /** Shopify: `X-Shopify-Triggered-At`. Etsy: the time of signing. Now, if not given. */
  triggeredAt: z.iso.datetime({ offset: true, error: 'expected a time such as 2026-11-20T06:29:01Z' }).optional(),
  /** How often the same delivery is sent, one after the other. */
  times: z.int().min(1).max(1000).default(1),
}

const oneBody = ({ body, bodyBase64 }: { readonly body?: string | undefined; readonly bodyBase64?: string | undefined }) =>
  (body === undefined) !== (bodyBase64 === undefined)

/** A webhook to be signed and delivered at once, past the fault plan and without retries. */
export const deliverySchema = z.discriminatedUnion('vendor', [
  z.strictObject({ vendor: z.literal('shopify'), topic: header, eventId: header.optional(), ...common }),
  z.strictObject({ vendor: z.literal('etsy'), topic: header.optional(), ...common }),
]).refine(oneBody, { path: ['body'], error: 'expected either body or bodyBase64' })

export type DeliveryRequest = z.infer<typeof deliverySchema>

/** How the gateway answered one delivery: its status, or why there was no answer. */
export interface Answer {
  readonly status?: number
  readonly error?: string
  readonly ms: number
}

export interface DeliverOptions {
  readonly gatewayUrl: string
  readonly shopifySecret: string
  readonly etsyWebhookSecret: string
  readonly clock: Clock
}

/** Delivers as the vendor would, and tells what the gateway answered each time. */
export const deliver = async (request: DeliveryRequest, options: DeliverOptions) => {
  const body = request.bodyBase64 === undefined ? Buffer.from(request.body ?? '', 'utf8') : Buffer.from(request.bodyBase64, 'base64')
  const url = `${options.gatewayUrl}/webhooks/${request.vendor}`
  const webhookId = request.webhookId ?? randomUUID()
  const signed = { webhookId, body, options }
  const headers = request.vendor === 'shopify' ? shopifyHeaders(request, signed) : etsyHeaders(request, signed)
  const answers: Answer[] = []
  for (let time = 0; time < request.times; time += 1) answers.push(await post(url, headers, body))
  return { url, webhookId, ...(request.vendor === 'shopify' && { eventId: headers['X-Shopify-Event-Id'] }), answers }
}

type Headers = Readonly<Record<string, string>>
type ToSign = { readonly webhookId: string; readonly body: Buffer; readonly options: DeliverOptions }

const shopifyHeaders = (
  { topic, eventId, triggeredAt }: Extract<DeliveryRequest, { vendor: 'shopify' }>, { webhookId, body, options }: ToSign,
): Headers => ({
  'X-Shopify-Topic': topic,
  'X-Shopify-Shop-Domain': SHOPIFY.shop,
  'X-Shopify-API-Version': API_VERSION,
  'X-Shopify-Webhook-Id': webhookId,
  'X-Shopify-Event-Id': eventId ?? randomUUID(),
  'X-Shopify-Triggered-At': triggeredAt ?? options.clock().toISOString(),
  'X-Shopify-Hmac-Sha256': signShopifyWebhook(body, options.shopifySecret),
})

const etsyHeaders = ({ triggeredAt }: DeliveryRequest, { webhookId, body, options }: ToSign): Headers => {
  const at = Math.floor((triggeredAt === undefined ? options.clock() : new Date(triggeredAt)).getTime() / 1000)
  return {
    [etsyWebhookHeaders.id]: webhookId,
    [etsyWebhookHeaders.timestamp]: String(at),
    [etsyWebhookHeaders.signature]: signEtsyWebhook(options.etsyWebhookSecret, webhookId, at, body),
  }
}

const post = async (url: string, headers: Headers, body: Buffer): Promise<Answer> => {
  const start = performance.now()
  const took = () => Math.round(performance.now() - start)
  try {
    const response = await fetch(url, {
      method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: new Uint8Array(body), redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await response.arrayBuffer()
    return { status: response.status, ms: took() }
  } catch (error) {
    return { error: `The gateway gave no answer at ${url} (${reasonOf(error)}).`, ms: took() }
  }
}

const reasonOf = (error: unknown): string => messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error)
