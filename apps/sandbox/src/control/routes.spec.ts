import { verifyEtsyWebhook } from '@zyra/vendor-etsy/webhook'
import { readShopifyHeaders, verifyShopifyHmac } from '@zyra/vendor-shopify/webhooks'
import { openGateway, until } from '../../test/gateway.ts'
import { ask } from '../../test/http.ts'
import { ETSY, SHOPIFY } from '../credentials.ts'
import { startSandbox, type Sandbox } from '../sandbox.ts'

let gateway: Awaited<ReturnType<typeof openGateway>>
let sandbox: Sandbox
beforeAll(async () => {
  gateway = await openGateway()
})
beforeEach(async () => {
  gateway.received.length = 0
  gateway.answer(200)
  sandbox = await startSandbox({ gatewayUrl: gateway.url })
})
afterEach(() => sandbox.close())
afterAll(() => gateway.close())

const control = (path: string, method?: string, body?: unknown) => ask(`${sandbox.url}/control${path}`, method, body)

describe('the control', () => {
  it('shows a vendor, whole or one SKU of it', async () => {
    const { body: whole } = await control('/shopify')
    expect(whole.variants.length).toBeGreaterThan(45)
    const { body: one } = await control('/shopify?sku=MUG-BLUE')
    expect(one.variants).toMatchObject([{ sku: 'MUG-BLUE', available: 9, levels: [{ available: 6 }, { available: 3 }] }])
    const { body: uncounted } = await control('/shopify?sku=VOUCHER-WHEEL')
    expect(uncounted.variants).toMatchObject([{ tracked: false, available: null }])
    const { body: etsy } = await control('/etsy?sku=MUG-GREEN')
    expect(etsy).toMatchObject({ currency: 'EUR', rows: [{ sku: 'MUG-GREEN', sellable: 9, state: 'active' }] })
  })

  it('places orders, with or without a customer, and says what is left', async () => {
    const customer = { email: 'alma@example.com', firstName: 'Alma', lastName: 'Ek' }
    const shopify = await control('/orders', 'POST', { channel: 'shopify', sku: 'TEAPOT-SLATE', quantity: 2, customer })
    expect(shopify).toMatchObject({ status: 201, body: { channel: 'shopify', sku: 'TEAPOT-SLATE', quantity: 2, now: { available: 3 } } })
    const etsy = await control('/orders', 'POST', { channel: 'etsy', sku: 'TEAPOT-SLATE' })
    expect(etsy).toMatchObject({ status: 201, body: { quantity: 1, now: { sellable: 4 } } })
    expect(sandbox.shopify.state().customers).toMatchObject([customer])
    expect(JSON.stringify((await control('/shopify')).body)).not.toContain('alma')
  })

  it('sets the stock at the first place, or at a named one', async () => {
    await control('/shopify/stock', 'POST', { sku: 'MUG-BLUE', available: 1 })
    const { body } = await control('/shopify/stock', 'POST', { sku: 'MUG-BLUE', available: 4, location: 'Market hall' })
    expect(body).toMatchObject({ available: 5, levels: [{ available: 1 }, { available: 4 }] })
  })

  it.each([
    ['POST', '/orders', {}, 400, 'channel'],
    ['POST', '/orders', undefined, 400, 'channel'],
    ['POST', '/orders', { channel: 'ebay', sku: 'MUG-BLUE' }, 400, 'channel'],
    ['POST', '/orders', { channel: 'etsy', sku: 'MUG-BLUE', quantity: 0 }, 400, 'quantity'],
    ['POST', '/orders', { channel: 'etsy', sku: 'MUG-BLUE', pieces: 1 }, 400, 'pieces'],
    ['POST', '/orders', { channel: 'etsy', sku: 'MUG-BLUE', customer: { email: 'nobody' } }, 400, 'customer.email'],
    ['POST', '/orders', { channel: 'etsy', sku: 'NONE' }, 404, 'sku'],
    ['POST', '/orders', { channel: 'shopify', sku: 'NONE' }, 404, 'sku'],
    ['POST', '/orders', { channel: 'shopify', sku: 'MOON-JAR-1', quantity: 2 }, 409, 'sku'],
    ['POST', '/orders', { channel: 'etsy', sku: 'MOON-JAR-1' }, 409, 'sku'],
    ['GET', '/shopify?sku=NONE', undefined, 404, 'sku'],
    ['GET', '/etsy?stock=1', undefined, 400, 'stock'],
    ['POST', '/shopify/stock', { sku: 'MUG-BLUE', available: 'many' }, 400, 'available'],
    ['POST', '/shopify/stock', { sku: 'MUG-BLUE', available: 1, location: 'Attic' }, 404, 'location'],
    ['POST', '/customers', { ordersPerMinute: -1 }, 400, 'ordersPerMinute'],
    ['POST', '/deliver', { vendor: 'shopify', body: '{}' }, 400, 'topic'],
    ['POST', '/deliver', { vendor: 'etsy' }, 400, 'body'],
    ['POST', '/deliver', { vendor: 'etsy', body: '{}', times: 0 }, 400, 'times'],
    ['GET', '/webhooks?limit=0', undefined, 400, 'limit'],
    ['PUT', '/etsy/faults', { faults: [{ kind: 'flood' }] }, 400, 'faults'],
    ['POST', '/nothing', {}, 404, undefined],
  ])('refuses %s %s with %j as %i, naming %s', async (method, path, body, status, field) => {
    const answer = await control(path, method, body)
    expect(answer).toMatchObject({ status, type: 'application/problem+json; charset=utf-8', body: { status, detail: expect.any(String) } })
    expect(answer.body.field).toBe(field)
  })

  it('sets, adds, shows and clears a vendor\'s faults, which then strike on its wire and not on the other\'s', async () => {
    const post = (path: string) => fetch(`${sandbox.url}${path}`, { method: 'POST', body: new URLSearchParams({ grant_type: 'x' }) })
    const token = () => post('/shopify/admin/oauth/access_token')
    const etsy = () => post('/etsy/v3/public/oauth/token')
    await control('/shopify/faults', 'PUT', { seed: 'a', faults: [{ kind: 'rate-limit', retryAfterSeconds: 7 }] })
    const limited = await token()
    expect([limited.status, limited.headers.get('retry-after'), (await etsy()).status]).toEqual([429, '7', 400])
    await control('/etsy/faults', 'POST', { kind: 'server-error', status: 502 })
    expect((await etsy()).status).toBe(502)
    const { body } = await control('/shopify/faults')
    expect(body).toMatchObject({ plan: { seed: 'a', faults: [{ kind: 'rate-limit' }] }, counts: [{ struck: 1 }] })
    await control('/shopify/faults', 'DELETE')
    expect((await token()).status).toBe(400)
  })

  it('drops and doubles webhooks when told to, and shows what became of them', async () => {
    await control('/shopify/faults', 'PUT', {
      faults: [
        { kind: 'drop-webhook', where: { operation: 'products/update' } },
        { kind: 'duplicate-webhook', where: { operation: 'orders/create' } },
      ],
    })
    await control('/orders', 'POST', { channel: 'shopify', sku: 'SPOON-REST' })
    await sandbox.shopify.webhooksIdle()
    expect(gateway.received.map(({ headers }) => headers['x-shopify-topic']).sort())
      .toEqual(['inventory_levels/update', 'orders/create', 'orders/create'])
    const { body } = await control('/webhooks?vendor=shopify')
    expect(body.attempts).toHaveLength(4)
    expect(body.attempts).toContainEqual(expect.objectContaining({ vendor: 'shopify', topic: 'products/update', outcome: 'dropped' }))
  })

  it('lets customers come and stops them', async () => {
    expect((await control('/customers')).body).toMatchObject({ ordersPerMinute: 0, visits: 0 })
    await control('/customers', 'POST', { ordersPerMinute: 6000 })
    await until(() => sandbox.customers.visits() > 5)
    const { body } = await control('/customers', 'POST', { ordersPerMinute: 0 })
    expect(body.bought).toBeGreaterThan(0)
    expect((await control('/customers')).body.visits).toBe(body.visits)
  })

  it('resets the shop', async () => {
    await control('/orders', 'POST', { channel: 'shopify', sku: 'SPOON-REST', quantity: 9 })
    expect((await control('/reset', 'POST')).status).toBe(200)
    expect((await control('/shopify?sku=SPOON-REST')).body.variants).toMatchObject([{ available: 20 }])
  })

  it('uninstalls and installs the app, and lets the merchant consent on Etsy again', async () => {
    await control('/shopify/uninstall', 'POST')
    await sandbox.shopify.webhooksIdle()
    expect(gateway.received.map(({ headers }) => headers['x-shopify-topic'])).toEqual(['app/uninstalled'])
    const api = () => fetch(`${sandbox.shopifyEndpoint}/admin/api/2026-10/graphql.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': SHOPIFY.adminToken },
      body: '{"query":"{shop{id}}"}',
    })
    expect((await api()).status).toBe(401)
    await control('/shopify/install', 'POST')
    expect((await api()).status).toBe(200)
    const { body } = await control('/etsy/tokens', 'POST')
    expect(Object.keys(body).sort()).toEqual(['accessToken', 'expiresAt', 'refreshToken'])
  })
})

describe('a webhook delivered by hand', () => {
  it('reaches the gateway byte for byte with Shopify\'s signature, as often as wanted, under one id', async () => {
    const raw = Buffer.from('{"id": 820982911946154508 ,"x":"\u00fc"}\n')
    const { body } = await control('/deliver', 'POST', {
      vendor: 'shopify', topic: 'customers/redact', bodyBase64: raw.toString('base64'), eventId: 'event-1', times: 3,
      triggeredAt: '2026-11-20T06:29:01.123456789Z',
    })
    expect(body.answers).toMatchObject([{ status: 200 }, { status: 200 }, { status: 200 }])
    expect(gateway.received.map((one) => one.body)).toEqual([raw, raw, raw])
    for (const { headers } of gateway.received) {
      const { hmac, ...read } = readShopifyHeaders(headers)
      expect(verifyShopifyHmac(raw, hmac, SHOPIFY.clientSecret)).toBe(true)
      expect(read).toMatchObject({
        topic: 'customers/redact', shop: SHOPIFY.shop, webhookId: body.webhookId, eventId: 'event-1', problems: [],
        triggeredAt: '2026-11-20T06:29:01.123456789Z', apiVersion: '2026-10',
      })
    }
  })

  it('reaches the gateway with Etsy\'s signature', async () => {
    gateway.answer(401)
    const { body } = await control('/deliver', 'POST', { vendor: 'etsy', webhookId: 'msg_1', body: '{"event_type":"order.paid"}' })
    expect(body).toMatchObject({ url: `${gateway.url}/webhooks/etsy`, webhookId: 'msg_1', answers: [{ status: 401 }] })
    const { headers, body: rawBody } = gateway.received[0]!
    expect(verifyEtsyWebhook({ secret: ETSY.webhookSecret, headers, rawBody, now: new Date() })).toMatchObject({ ok: true, id: 'msg_1' })
  })

  it('says so when the gateway is away', async () => {
    const alone = await startSandbox({ gatewayUrl: 'http://127.0.0.1:9' })
    const { status, body } = await ask(`${alone.url}/control/deliver`, 'POST', { vendor: 'shopify', topic: 'a/b', body: '{}' })
    await alone.close()
    expect(status).toBe(200)
    const error = expect.stringContaining('The gateway gave no answer at http://127.0.0.1:9/webhooks/shopify')
    expect(body.answers).toMatchObject([{ error }])
  })
})
