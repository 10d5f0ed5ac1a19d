import { definitionOf, INSTALLATION } from '@zyra/contracts'
import type { Merchant } from '@zyra/runtime'
import fc from 'fast-check'
import { etsyIntake } from './etsy-intake.ts'
import type { Intake } from './shopify-intake.ts'

const merchant: Merchant = { name: 'clay', mode: 'live', shopDomain: 'clay-and-kiln.myshopify.com', etsyShopId: '45678901', installed: true }
const known = (shop: string): Merchant | undefined => (shop === '45678901' ? merchant : undefined)

const delivery = { id: 'msg_1', timestamp: 1_795_156_300 }
const paid = { event_type: 'order.paid', resource_url: 'https://openapi.etsy.com/v3/application/shops/45678901/receipts/9007199254741011', shop_id: '45678901' }
const intake = (body: unknown, id = delivery.id): Intake =>
  etsyIntake(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), { ...delivery, id }, known)

describe('a delivery of Etsy', () => {
  it('is received whole, under its merchant and kind, with the order that it is about', () => {
    const { entry, ...received } = intake(paid)
    expect(entry).toMatch(/^[0-9a-f-]{36}$/)
    expect(received).toEqual({
      merchant: 'clay', aggregate: 'etsy-webhook', id: 'order.paid',
      event: {
        type: 'gateway.EtsyWebhookReceived',
        data: {
          topic: 'order.paid', webhookId: 'msg_1', sentAt: '2026-11-20T06:31:40.000Z', bodyEncoding: 'utf8', body: JSON.stringify(paid),
          customerId: null, orderId: 'etsy-9007199254741011',
        },
      },
    })
  })

  it('names no order where its address names none', () => {
    expect(intake({ ...paid, resource_url: 'https://openapi.etsy.com/v3/application/shops/45678901' }).event.data).toMatchObject({ orderId: null })
  })

  it('is taken with the shop as a number, as Etsy was seen to send it', () => {
    expect(intake({ ...paid, shop_id: 45678901 })).toMatchObject({ merchant: 'clay', aggregate: 'etsy-webhook' })
  })

  it('has the same id in each of its retries, and another one than any other delivery', () => {
    expect(intake(paid).entry).toBe(intake(paid).entry)
    expect(intake(paid, 'msg_2').entry).not.toBe(intake(paid).entry)
  })

  it('is put in quarantine where its shop is nobody’s', () => {
    const kept = intake({ ...paid, shop_id: '1' })
    expect(kept).toMatchObject({ merchant: INSTALLATION, aggregate: 'quarantine', id: 'etsy' })
    expect(kept.event).toMatchObject({
      type: 'gateway.WebhookQuarantined', data: { vendor: 'etsy', topic: 'order.paid', shop: '1', reason: 'Etsy shop "1" belongs to no merchant here.' },
    })
  })

  it.each([
    ['is not JSON', 'nonsense', /^The body is not what Etsy documents: the body: /],
    ['lacks a field', { ...paid, resource_url: undefined }, /^The body is not what Etsy documents: resource_url: /],
  ])('is put in quarantine where it %s, with the reason', (_what, body, reason) => {
    expect(intake(body).event).toMatchObject({
      type: 'gateway.WebhookQuarantined', data: { topic: null, shop: null, webhookId: 'msg_1', reason: expect.stringMatching(reason) },
    })
  })

  it('becomes an event that its contract accepts, with the very bytes that came, whatever they were', () => {
    const body = fc.oneof(fc.uint8Array({ maxLength: 100 }), fc.json().map((text): Uint8Array => Buffer.from(text)))
    fc.assert(fc.property(body, (raw) => {
      const { event } = etsyIntake(raw, delivery, known)
      const data = definitionOf(event.type).schema.parse(event.data) as { readonly body: string; readonly bodyEncoding: 'utf8' | 'base64' }
      expect(Buffer.from(data.body, data.bodyEncoding).equals(raw)).toBe(true)
    }), { seed: 20261120, numRuns: 300 })
  })
})
