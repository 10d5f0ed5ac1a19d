import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * The value of `X-Shopify-Hmac-Sha256` for a body: HMAC-SHA256 of the raw bytes with the app's client secret, in base64.
 * Source: https://shopify.dev/docs/apps/build/webhooks/subscribe/https
 */
export function signShopifyWebhook(rawBody: Uint8Array, secret: string): string {
  return createHmac('sha256', secret).update(rawBody).digest('base64')
}

/**
 * Whether a delivery was signed with this client secret; compared in constant time. A missing header and an empty secret are false, so
 * that a secret that was never configured lets nobody in.
 */
export function verifyShopifyHmac(rawBody: Uint8Array, headerValue: string | undefined, secret: string): boolean {
  if (headerValue === undefined || secret === '') return false
  const expected = Buffer.from(signShopifyWebhook(rawBody, secret))
  const found = Buffer.from(headerValue)
  return expected.length === found.length && timingSafeEqual(expected, found)
}
