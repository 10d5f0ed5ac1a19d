import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** Header names as Etsy documents them (they arrive in any case). */
export const etsyWebhookHeaders = { id: 'webhook-id', timestamp: 'webhook-timestamp', signature: 'webhook-signature' } as const

export type EtsyWebhookHeaders = {
  /** Names the delivery; stays the same when it is tried again. */
  readonly id: string
  /** When this attempt was signed, seconds since 1970. */
  readonly timestamp: number
  readonly signature: string
}

export type EtsyWebhookVerdict =
  | { readonly ok: true; readonly id: string; readonly timestamp: number }
  | { readonly ok: false; readonly reason: 'headers-missing' | 'signature-wrong' | 'too-old-or-new' }

/**
 * Takes Etsy's three headers out of a request's headers, whatever their case; undefined when one is missing or the time is no number.
 */
export const readEtsyWebhookHeaders = (headers: Readonly<Record<string, string | readonly string[] | undefined>>) => {
  const find = (name: string) => {
    const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const id = find(etsyWebhookHeaders.id)
  const timestamp = find(etsyWebhookHeaders.timestamp)
  const signature = find(etsyWebhookHeaders.signature)
  if (id === undefined || timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) return undefined
  return { id, timestamp: Number(timestamp), signature } satisfies EtsyWebhookHeaders
}

/**
 * Etsy's signature: base64 of HMAC-SHA256 over `id.timestamp.body`, keyed with the endpoint's secret without its `whsec_`, base64-decoded
 * (https://developers.etsy.com/documentation/essentials/webhooks).
 */
export const signEtsyWebhook = (secret: string, id: string, timestamp: number, rawBody: Uint8Array | string): string =>
  createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(rawBody).digest('base64')

/**
 * Whether this delivery was signed with the secret, compared in constant time over the body's bytes as they came. The header may hold
 * several signatures, separated by spaces, each bare or with the `v1,` prefix of the scheme that Etsy's sender follows.
 *
 * @param toleranceSeconds how far the signed time may be from `now`, against replays; 300 if not given
 */
export const verifyEtsyWebhook = (request: {
  readonly secret: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly rawBody: Uint8Array
  readonly now: Date
  readonly toleranceSeconds?: number
}): EtsyWebhookVerdict => {
  const headers = readEtsyWebhookHeaders(request.headers)
  if (!headers) return { ok: false, reason: 'headers-missing' }
  const { id, timestamp, signature } = headers
  const expected = Buffer.from(signEtsyWebhook(request.secret, id, timestamp, request.rawBody))
  const matches = signature.split(' ').map((one) => isSame(Buffer.from(one.replace(/^v1,/, '')), expected))
  if (!matches.includes(true)) return { ok: false, reason: 'signature-wrong' }
  const offSeconds = Math.abs(request.now.getTime() / 1000 - timestamp)
  return offSeconds > (request.toleranceSeconds ?? 300) ? { ok: false, reason: 'too-old-or-new' } : { ok: true, id, timestamp }
}

/**
 * A delivery's body. `shop_id` is documented as text and has been seen as a number. Events: order.paid, order.canceled, order.shipped,
 * order.delivered; others may follow. `resource_url` comes from outside: take the id out of it, never fetch it.
 */
export const etsyWebhookBodySchema = z.object({
  event_type: z.string().min(1).max(100),
  resource_url: z.string().min(1).max(2_000),
  shop_id: z.union([z.string().min(1).max(20), z.int().positive().transform(String)]),
})

export type EtsyWebhookBody = z.infer<typeof etsyWebhookBodySchema>

/** The receipt that an order's event is about, read from its `resource_url`; undefined when it names none. */
export const receiptIdOf = ({ resource_url }: EtsyWebhookBody): string | undefined =>
  /\/shops\/\d+\/receipts\/(\d+)(?:[/?#]|$)/.exec(resource_url)?.[1]

const keyOf = (secret: string): Buffer => Buffer.from(secret.replace(/^whsec_/, ''), 'base64')

const isSame = (given: Buffer, expected: Buffer): boolean => given.length === expected.length && timingSafeEqual(given, expected)
