import { subjectOf } from '@zyra/jetstream'
import { SANDBOX_SECRET } from '@zyra/runtime'
import { createHmac, randomUUID } from 'node:crypto'
import { uuidOf } from './events.ts'
import type { Installation } from './system.ts'

/** The shop that `npm start` registers for the sandbox. */
const SHOP = 'demo-shop.myshopify.com'
const LOCATION = '9007199254740997'
const FIRST_ITEM = 700_000_000_000

/** A stock level as Shopify sends it. */
export const levelBody = (item: number, available: number): string =>
  JSON.stringify({ inventory_item_id: FIRST_ITEM + item, location_id: Number(LOCATION), available, updated_at: '2026-11-20T06:29:01Z' })

/** A product as Shopify sends it, of about 1.5 KB. Zyra keeps it and nobody acts on it. */
export const productBody = (product: number): string =>
  JSON.stringify({
    id: FIRST_ITEM + product, title: `Stoneware mug ${product}`, vendor: 'Clay and Kiln', product_type: 'mug', handle: `stoneware-mug-${product}`,
    body_html: `<p>${'Hand-thrown on the wheel, glazed twice, and fired at 1240 degrees. '.repeat(9)}</p>`, status: 'active', tags: 'mug, blue, kitchen',
    variants: ['S', 'M', 'L'].map((size, index) => ({
      id: FIRST_ITEM + product * 3 + index, product_id: FIRST_ITEM + product, title: size, price: '24.00', sku: `MUG-${product}-${size}`,
      inventory_item_id: FIRST_ITEM + product * 3 + index, inventory_quantity: 12, weight: 0.4, weight_unit: 'kg', taxable: true,
    })),
  })

/**
 * Signed deliveries, as the bytes of HTTP requests: each has an id of its own, so that none is taken for a repetition. Bodies and their signatures
 * are made beforehand, since a load generator that signs would take the processor from the server.
 */
export const signedWebhooks = (topic: string, bodies: readonly string[]): (() => string) => {
  const made = bodies.map((body) => {
    const head = [
      'POST /webhooks/shopify HTTP/1.1', 'Host: 127.0.0.1', 'Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Shopify-Topic: ${topic}`, `X-Shopify-Shop-Domain: ${SHOP}`, 'X-Shopify-API-Version: 2026-10',
      `X-Shopify-Hmac-Sha256: ${createHmac('sha256', SANDBOX_SECRET).update(body).digest('base64')}`,
    ]
    return { head: head.join('\r\n'), body }
  })
  const run = randomUUID().slice(0, 23)
  // Every level is newer than the one before: what is older than known would be no news.
  const since = Date.now()
  let sent = 0
  return () => {
    const { head, body } = made[sent % made.length] ?? { head: '', body: '' }
    const id = `${run}-${(sent += 1).toString(16).padStart(12, '0')}`
    const at = new Date(since + sent).toISOString()
    return `${head}\r\nX-Shopify-Webhook-Id: ${id}\r\nX-Shopify-Event-Id: ${id}\r\nX-Shopify-Triggered-At: ${at}\r\n\r\n${body}`
  }
}

const REGISTRATION = 10

/** Makes the shop known to a gateway that runs alone, as the orchestrator would. */
export const registerShop = async ({ open }: Installation): Promise<void> => {
  const { log } = await open('orchestrator')
  const subject = subjectOf({ merchant: 'demo', service: 'orchestrator', aggregate: 'merchant', id: 'demo' })
  const envelope = {
    id: uuidOf(REGISTRATION, 0), type: 'orchestrator.MerchantRegistered', version: 1, index: 0, deciderVersion: 1, time: new Date().toISOString(),
    source: 'zyra/demo/orchestrator/merchant/demo', correlationId: uuidOf(REGISTRATION, 1), causationId: uuidOf(REGISTRATION, 2),
    actor: 'bench', handler: 'bench', attempt: 1, backfill: false,
  }
  await log.append({ subject, events: [{ envelope, data: { mode: 'sandbox', shopDomain: SHOP, etsyShopId: '44871203' } }] })
}
