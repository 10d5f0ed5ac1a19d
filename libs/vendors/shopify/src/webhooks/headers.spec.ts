import { instant, readShopifyHeaders } from './index.ts'

const complete = {
  'X-SHOPIFY-TOPIC': 'inventory_levels/update',
  'x-shopify-Shop-Domain': 'Demo-Shop.myshopify.com',
  'X-Shopify-Webhook-Id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
  'X-Shopify-Event-Id': '98880550-7158-44d4-b7cd-2c97c8a091b5',
  'X-Shopify-Triggered-At': '2026-03-29T18:00:27.877041743Z',
  'X-Shopify-API-Version': '2026-10',
  'X-Shopify-Test': 'false',
  'X-Shopify-Hmac-Sha256': 'c2lnbmF0dXJl',
}

describe('readShopifyHeaders', () => {
  it('reads every header whatever the case of its name', () => {
    expect(readShopifyHeaders(complete)).toEqual({
      topic: 'inventory_levels/update',
      shop: 'demo-shop.myshopify.com',
      webhookId: 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
      eventId: '98880550-7158-44d4-b7cd-2c97c8a091b5',
      triggeredAt: '2026-03-29T18:00:27.877041743Z',
      apiVersion: '2026-10',
      test: false,
      hmac: 'c2lnbmF0dXJl',
      problems: [],
    })
  })

  it('names each required header that is missing', () => {
    const { problems, ...rest } = readShopifyHeaders({})
    expect(rest).toEqual({})
    expect(problems.map((problem) => /x-[a-z0-9-]+/.exec(problem)?.[0])).toEqual([
      'x-shopify-topic', 'x-shopify-shop-domain', 'x-shopify-webhook-id', 'x-shopify-hmac-sha256',
    ])
  })

  it.each([
    ['X-Shopify-Shop-Domain', 'evil.example', 'shop'],
    ['X-Shopify-Shop-Domain', 'a.myshopify.com.evil.example', 'shop'],
    ['X-Shopify-Topic', 'orders create', 'topic'],
    ['X-Shopify-Triggered-At', 'yesterday', 'triggeredAt'],
    ['X-Shopify-API-Version', '2026', 'apiVersion'],
    ['X-Shopify-Webhook-Id', 'x'.repeat(201), 'webhookId'],
  ])('leaves out %s when it is "%.30s" and says so', (name, value, field) => {
    const others = Object.entries(complete).filter(([key]) => key.toLowerCase() !== name.toLowerCase())
    const found = readShopifyHeaders({ ...Object.fromEntries(others), [name]: value })
    expect(found).not.toHaveProperty(field)
    expect(found.problems).toHaveLength(1)
    expect(found.problems[0]).toContain(name.toLowerCase())
  })

  it('takes the first value of a repeated header', () => {
    expect(readShopifyHeaders({ ...complete, 'X-SHOPIFY-TOPIC': ['orders/create', 'orders/paid'] }).topic).toBe('orders/create')
  })
})

describe('instant', () => {
  it('keeps nanoseconds, so that two events of one millisecond stay in order', () => {
    const earlier = instant('2026-03-29T18:00:27.877041743Z') ?? ''
    const later = instant('2026-03-29T18:00:27.877041744Z') ?? ''
    expect(earlier < later).toBe(true)
  })

  it('makes times of any zone and precision comparable as strings', () => {
    expect(instant('2026-03-29T20:00:27+02:00')).toBe('2026-03-29T18:00:27.000000000Z')
    expect(instant('2026-03-29T18:00:27.5Z')).toBe('2026-03-29T18:00:27.500000000Z')
  })

  it.each(['', '2026-03-29', '2026-13-29T18:00:27Z', '9999-12-31T23:59:59-01:00', '1774807227'])('refuses "%s"', (text) => {
    expect(instant(text)).toBeUndefined()
  })
})
