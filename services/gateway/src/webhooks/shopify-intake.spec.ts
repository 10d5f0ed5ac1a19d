import { definitionOf, INSTALLATION, type GatewayEvent } from '@zyra/contracts'
import type { Merchant } from '@zyra/runtime'
import fc from 'fast-check'
import { shopifyIntake, type Intake, type RawHeaders } from './shopify-intake.ts'

const SHOP = 'clay-and-kiln.myshopify.com'
const merchant: Merchant = { name: 'clay', mode: 'live', shopDomain: SHOP, etsyShopId: '45678901', installed: true }
const known = (shop: string): Merchant | undefined => (shop === SHOP ? merchant : undefined)

const headers = (changed: RawHeaders = {}): RawHeaders => ({
  'x-shopify-topic': 'inventory_levels/update', 'x-shopify-shop-domain': SHOP, 'x-shopify-webhook-id': 'delivery-1', 'x-shopify-event-id': 'event-1',
  'x-shopify-triggered-at': '2026-11-20T06:29:01.1234Z', 'x-shopify-api-version': '2026-10', 'x-shopify-hmac-sha256': 'c2lnbmF0dXJl', ...changed,
})
const level = '{"inventory_item_id":9007199254740993,"location_id":9007199254740997,"available":4,"updated_at":null}'
const intake = (body: string | Uint8Array, changed: RawHeaders = {}): Intake =>
  shopifyIntake(typeof body === 'string' ? Buffer.from(body) : body, headers(changed), known)

type Quarantined = Extract<GatewayEvent, { type: 'gateway.WebhookQuarantined' }>['data']
const quarantined = ({ event }: Intake): Quarantined => {
  if (event.type !== 'gateway.WebhookQuarantined') throw new Error(`${event.type} is not in quarantine`)
  return event.data
}

describe('a delivery of Shopify', () => {
  it('is received whole, under its merchant and topic', () => {
    const { entry, ...received } = intake(level)
    expect(entry).toMatch(/^[0-9a-f-]{36}$/)
    expect(received).toEqual({
      merchant: 'clay', aggregate: 'shopify-webhook', id: 'inventory_levels/update',
      event: {
        type: 'gateway.ShopifyWebhookReceived',
        data: {
          topic: 'inventory_levels/update', shop: SHOP, webhookId: 'delivery-1', eventId: 'event-1', triggeredAt: '2026-11-20T06:29:01.123400000Z',
          apiVersion: '2026-10', bodyEncoding: 'utf8', body: level, customerId: null, orderId: null,
        },
      },
    })
  })

  it('is received without the headers that Shopify may leave out', () => {
    const { event } = intake(level, { 'x-shopify-event-id': undefined, 'x-shopify-triggered-at': undefined, 'x-shopify-api-version': undefined })
    expect(event).toMatchObject({ type: 'gateway.ShopifyWebhookReceived', data: { eventId: null, triggeredAt: null, apiVersion: null } })
  })

  it('has the same id in each of its retries, and another one than any other delivery', () => {
    const { entry } = intake(level)
    expect(intake(level, { 'x-shopify-triggered-at': '2026-11-20T07:00:00Z' }).entry).toBe(entry)
    expect(intake(level, { 'x-shopify-webhook-id': 'delivery-2' }).entry).not.toBe(entry)
    expect(intake(level, { 'x-shopify-shop-domain': 'other.myshopify.com' }).entry).not.toBe(entry)
  })

  it('has an id by its content where it does not say its own', () => {
    const unnamed = { 'x-shopify-webhook-id': undefined }
    expect(intake(level, unnamed).entry).toBe(intake(level, unnamed).entry)
    expect(intake(`${level} `, unnamed).entry).not.toBe(intake(level, unnamed).entry)
  })

  it('is encrypted with the key of the customer and the order that it is about', () => {
    const order = '{"id":9007199254740995,"name":"#1042","line_items":[],"customer":{"id":9007199254741007}}'
    expect(intake(order, { 'x-shopify-topic': 'orders/create' }).event.data).toMatchObject({ customerId: '9007199254741007', orderId: '9007199254740995' })
    const redact = '{"shop_id":1,"shop_domain":"clay-and-kiln.myshopify.com","customer":{"id":9007199254741007}}'
    expect(intake(redact, { 'x-shopify-topic': 'customers/redact' }).event.data).toMatchObject({ customerId: '9007199254741007', orderId: null })
  })

  it('is received where Zyra does not read its topic, as long as Shopify documents it', () => {
    expect(intake('{"anything":1}', { 'x-shopify-topic': 'products/update' }).event.type).toBe('gateway.ShopifyWebhookReceived')
  })
})

describe('a delivery of Shopify that makes no sense', () => {
  it.each([
    ['is not JSON', '{"available":', {}, 'The body should be JSON in UTF-8, but it does not parse (13 bytes).'],
    ['has a topic that nobody documents', level, { topic: 'stock/vanished' }, 'Topic "stock/vanished" is not one that Shopify documents.'],
    ['comes from an unknown shop', level, { 'shop-domain': 'other.myshopify.com' }, 'Shop "other.myshopify.com" belongs to no merchant here.'],
    ['lacks its id', level, { 'webhook-id': undefined }, 'Header x-shopify-webhook-id is missing; it should be the id of the delivery.'],
    ['has a time that is none', level, { 'triggered-at': 'yesterday' },
      'Header x-shopify-triggered-at should be a time such as 2026-11-20T06:29:01.1234Z, but it is "yesterday".'],
  ])('is kept in quarantine with the reason: it %s', (_what, body, changed, reason) => {
    const kept = intake(body, Object.fromEntries(Object.entries(changed).map(([name, value]) => [`x-shopify-${name}`, value])))
    expect(kept).toMatchObject({ aggregate: 'quarantine', id: 'shopify' })
    expect(quarantined(kept)).toMatchObject({ vendor: 'shopify', reason, body })
  })

  it('names the field that is not as promised, and not what it holds', () => {
    const { reason } = quarantined(intake('{"inventory_item_id":1,"location_id":2,"available":"a secret"}'))
    expect(reason).toMatch(/^The body is not what inventory_levels\/update promises: available: .*expected/)
    expect(reason).not.toContain('a secret')
  })

  it('is kept byte for byte where it is not even text', () => {
    const kept = quarantined(intake(Uint8Array.from([0x7B, 0xFF, 0x7D])))
    expect(kept).toMatchObject({ bodyEncoding: 'base64', body: Buffer.from([0x7B, 0xFF, 0x7D]).toString('base64') })
    expect(kept.reason).toContain('it is not UTF-8')
  })

  it('belongs to the installation where no merchant is known', () => {
    expect(intake(level, { 'x-shopify-shop-domain': 'other.myshopify.com' }).merchant).toBe(INSTALLATION)
    expect(intake('nonsense').merchant).toBe('clay')
  })

  it("keeps Shopify's headers, but neither the signature nor anybody else's", () => {
    const kept = quarantined(intake('nonsense', { authorization: 'Bearer secret', 'x-forwarded-for': '192.0.2.1', 'x-shopify-name': 'n'.repeat(500) }))
    expect(Object.keys(kept.headers).toSorted())
      .toEqual(['api-version', 'event-id', 'name', 'shop-domain', 'topic', 'triggered-at', 'webhook-id'].map((name) => `x-shopify-${name}`))
    expect(kept.headers['x-shopify-name']).toHaveLength(200)
  })
})

describe('whatever comes in from Shopify', () => {
  const name = fc.constantFrom(...Object.keys(headers()))
  const text = fc.oneof(fc.string(), fc.constantFrom('orders/create', 'shop/redact', SHOP))
  const value = fc.option(fc.oneof(text, fc.array(text, { maxLength: 2 })), { nil: undefined })
  const fields = fc.record({ inventory_item_id: fc.anything(), location_id: fc.nat(), available: fc.jsonValue() })
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.json().map((json): Uint8Array => Buffer.from(json)),
    fields.map((level): Uint8Array => Buffer.from(JSON.stringify(level))),
  )

  it('becomes an event that its contract accepts, with the very bytes that came', () => {
    fc.assert(fc.property(body, fc.dictionary(name, value), (raw, changed) => {
      const { event, entry } = intake(raw, changed)
      expect(entry).toMatch(/^[0-9a-f-]{36}$/)
      const data = definitionOf(event.type).schema.parse(event.data) as Quarantined
      expect(Buffer.from(data.body, data.bodyEncoding).equals(raw)).toBe(true)
    }), { seed: 20261120, numRuns: 500 })
  })
})
