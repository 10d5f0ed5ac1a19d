import { etsyWebhookBodySchema, readEtsyWebhookHeaders, receiptIdOf, signEtsyWebhook, verifyEtsyWebhook } from './webhook.ts'

const secret = `whsec_${Buffer.from('a sandbox signing secret').toString('base64')}`
const resource = 'https://openapi.etsy.com/v3/application/shops/1/receipts/820982911946154508'
const rawBody = Buffer.from(`{"event_type":"order.paid","resource_url":"${resource}","shop_id":42}`)
const now = new Date('2026-11-20T12:00:00Z')
const timestamp = now.getTime() / 1000
const signature = signEtsyWebhook(secret, 'msg_1', timestamp, rawBody)
const headers = { 'Webhook-Id': 'msg_1', 'WEBHOOK-TIMESTAMP': String(timestamp), 'webhook-signature': signature }

describe('verifyEtsyWebhook', () => {
  it('agrees with the published example of the scheme', () => {
    expect(signEtsyWebhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}'))
      .toBe('g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  it('accepts what Etsy signed, whatever the case of the headers', () => {
    expect(verifyEtsyWebhook({ secret, headers, rawBody, now })).toEqual({ ok: true, id: 'msg_1', timestamp })
  })

  it('accepts a prefixed signature, and one of several', () => {
    const several = { ...headers, 'webhook-signature': `v1,AAAA v1,${signature}` }
    expect(verifyEtsyWebhook({ secret, headers: several, rawBody, now }).ok).toBe(true)
  })

  it.each([
    ['another body', { rawBody: Buffer.from(`${rawBody.toString()} `) }],
    ['another id', { headers: { ...headers, 'Webhook-Id': 'msg_2' } }],
    ['another time', { headers: { ...headers, 'WEBHOOK-TIMESTAMP': String(timestamp + 1) } }],
    ['another secret', { secret: `whsec_${Buffer.from('other').toString('base64')}` }],
    ['no signature worth the name', { headers: { ...headers, 'webhook-signature': 'v1,' } }],
  ])('refuses %s', (_what, change) => {
    expect(verifyEtsyWebhook({ secret, headers, rawBody, now, ...change })).toEqual({ ok: false, reason: 'signature-wrong' })
  })

  it('refuses what was signed long ago, or will be', () => {
    const at = (seconds: number) => verifyEtsyWebhook({ secret, headers, rawBody, now: new Date(now.getTime() + seconds * 1000) })
    expect([at(299).ok, at(-299).ok]).toEqual([true, true])
    expect([at(301), at(-301)]).toEqual([{ ok: false, reason: 'too-old-or-new' }, { ok: false, reason: 'too-old-or-new' }])
  })

  it.each([
    [{}],
    [{ ...headers, 'Webhook-Id': undefined }],
    [{ ...headers, 'WEBHOOK-TIMESTAMP': 'today' }],
    [{ ...headers, 'webhook-signature': ['a', 'b'] }],
  ])('refuses incomplete headers %#', (incomplete) => {
    expect(readEtsyWebhookHeaders(incomplete)).toBeUndefined()
    expect(verifyEtsyWebhook({ secret, headers: incomplete, rawBody, now })).toEqual({ ok: false, reason: 'headers-missing' })
  })
})

describe('etsyWebhookBodySchema', () => {
  it('takes the shop as text or number, and finds the receipt exactly', () => {
    const body = etsyWebhookBodySchema.parse(JSON.parse(rawBody.toString()))
    expect(body.shop_id).toBe('42')
    expect(receiptIdOf(body)).toBe('820982911946154508')
    expect(receiptIdOf({ ...body, resource_url: 'https://openapi.etsy.com/v3/application/listings/1' })).toBeUndefined()
  })
})
