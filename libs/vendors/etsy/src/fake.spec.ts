import { createServer } from 'node:http'
import Fastify from 'fastify'
import { etsyFake } from './fake.ts'
import type { EtsyFake } from './fake.ts'
import { credentials, openShop, seed } from '../test/shop.ts'
import { verifyEtsyWebhook } from './webhook.ts'

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

const shopWith = async (...options: Parameters<typeof openShop>) => {
  const shop = await openShop(...options)
  open.push(shop.fake.close)
  const send = async (method: string, path: string, body?: unknown) => {
    const form = body instanceof URLSearchParams
    const response = await fetch(shop.baseUrl + path, {
      method,
      headers: {
        'x-api-key': `${credentials.keystring}:${credentials.sharedSecret}`,
        authorization: `Bearer ${shop.fake.issueTokens().accessToken}`,
        ...(body !== undefined && !form && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: form ? body : JSON.stringify(body) }),
    })
    return { status: response.status, headers: response.headers, body: await response.json() }
  }
  const patch = (fields: Record<string, string>, listing = 1001) =>
    send('PATCH', `/v3/application/shops/${seed.shopId}/listings/${listing}`, new URLSearchParams(fields))
  return { ...shop, send, patch }
}

const product = (sku: string, valueId: number, quantity: number, price: unknown = 20) => ({
  sku, property_values: [{ property_id: 200, value_ids: [valueId], property_name: 'Primary color', values: [`Color ${valueId}`] }],
  offerings: [{ price, quantity, is_enabled: true, readiness_state_id: 77 }],
})
const answered = (amount: number) => ({ amount, divisor: 100, currency_code: 'USD' })
const onColor = { price_on_property: [200], quantity_on_property: [200], sku_on_property: [200] }
const inventory = '/v3/application/listings/1001/inventory'

describe('The fake\'s updateListingInventory', () => {
  it('forgets the products that are not sent', async () => {
    const { send, fake } = await shopWith()
    expect((await send('PUT', inventory, { products: [product('MUG-BLUE', 1, 4)], ...onColor })).status).toBe(200)
    expect(fake.rows().filter(({ listingId }) => listingId === '1001').map(({ sku }) => sku)).toEqual(['MUG-BLUE'])
  })

  it('counts a write that repeats the one before', async () => {
    const { send, row } = await shopWith()
    const body = { products: [product('MUG-BLUE', 1, 4), product('MUG-SAND', 2, 3)], ...onColor }
    for (let n = 0; n < 3; n += 1) await send('PUT', inventory, body)
    expect(row('MUG-BLUE')).toMatchObject({ inventoryWrites: 3, identicalWrites: 2 })
  })

  it.each([
    ['a total of zero', { products: [product('A', 1, 0), product('B', 2, 0)], ...onColor }, 'One offering must have quantity greater'],
    ['more than 999', { products: [product('A', 1, 600), product('B', 2, 400)], ...onColor }, '999'],
    ['a price like the one in answers', { products: [product('A', 1, 4, answered(2000))], ...onColor }, 'price'],
    ['a field that only answers have', { products: [{ ...product('A', 1, 4), product_id: 1 }], ...onColor }, 'product_id'],
    ['a missing processing profile', { products: [{ offerings: [{ price: 1, quantity: 1, is_enabled: true }] }] }, 'readiness'],
    ['products that nothing tells apart', { products: [product('A', 1, 1), product('B', 1, 1)], ...onColor }, 'combination'],
    ['several products without properties', { products: [{ ...product('A', 1, 1), property_values: [] }, product('B', 1, 1)] }, 'empty'],
    ['quantities that vary unsaid', { products: [product('A', 1, 1), product('B', 2, 2)], price_on_property: [200] }, 'quantity_on'],
    ['nothing', {}, 'products'],
  ])('refuses %s, and nothing changes', async (_what, body, reason) => {
    const { send, fake } = await shopWith()
    const before = fake.rows()
    const answer = await send('PUT', inventory, body)
    expect([answer.status, answer.body]).toEqual([400, { error: expect.stringContaining(reason) }])
    expect(fake.rows()).toEqual(before)
  })
})

describe('The fake\'s updateListing', () => {
  it.each([
    [{ tags: Array.from({ length: 14 }, (_, n) => `tag ${n}`).join() }, '13'],
    [{ tags: 'a tag that has more than twenty' }, '20 characters'],
    [{ tags: 'mug,Mug' }, 'repeated'],
    [{ tags: 'mug!' }, 'invalid'],
    [{ title: 'Mug & saucer & spoon' }, 'once'],
    [{ title: 'Mug \u{1F600}' }, 'invalid'],
    [{ state: 'sold_out' }, 'state'],
  ])('refuses %j', async (fields, reason) => {
    const { patch } = await shopWith()
    expect(await patch(fields)).toMatchObject({ status: 400, body: { error: expect.stringContaining(reason) } })
  })

  it('takes title and tags that are as they should be, and ignores a quantity', async () => {
    const { patch, row } = await shopWith()
    const answer = await patch({ title: 'Mug & saucer: 100% stoneware', tags: "mug, potter's gift", quantity: '77' })
    expect(answer).toMatchObject({ status: 200, body: { tags: ['mug', "potter's gift"], quantity: 7 } })
    expect(row('MUG-BLUE').title).toBe('Mug & saucer: 100% stoneware')
  })

  it('activates for free while the period runs and renews after it', async () => {
    const { patch, row, time } = await shopWith()
    await patch({ state: 'inactive' })
    await patch({ state: 'active' })
    expect(row('MUG-BLUE').renewals).toBe(0)
    await patch({ state: 'inactive' })
    time.advance(121 * 86_400_000)
    expect((await patch({ state: 'active' })).status).toBe(200)
    expect(row('MUG-BLUE').renewals).toBe(1)
  })
})

describe('The fake\'s API', () => {
  it('spells the header of the second as the documentation does, and has no look-up by SKU', async () => {
    const { send } = await shopWith()
    const answer = await send('GET', inventory)
    expect(answer.headers.get('x-remaining-this-secon')).toBe('999')
    expect((await send('GET', '/v3/application/listings?sku=MUG-BLUE')).body).toEqual({ error: 'Resource not found' })
    expect((await send('GET', `/v3/application/shops/${seed.shopId}/listings?sku=MUG-BLUE`)).status).toBe(400)
  })

  it('belongs to one shop', async () => {
    const { send } = await shopWith()
    expect((await send('GET', '/v3/application/shops/1/receipts')).status).toBe(403)
  })

  it('is served under a prefix as well', async () => {
    const fake = etsyFake({ seed, ...credentials })
    const app = Fastify()
    open.push(() => app.close(), fake.close)
    await app.register(fake.routes, { prefix: '/etsy' })
    expect((await app.inject('/etsy/v3/application/listings/1001/inventory')).json()).toEqual({ error: 'Invalid API key' })
  })
})

describe('The fake\'s orders', () => {
  it('take stock away, refuse what is sold out, and change nothing then', async () => {
    const { fake, row } = await shopWith()
    expect(fake.placeOrder({ lines: [{ sku: 'MUG-BLUE', quantity: 3 }, { sku: 'POSTER', quantity: 5 }] })).toMatchObject({ placed: true })
    expect([row('MUG-BLUE').quantity, row('POSTER').state]).toEqual([1, 'sold_out'])
    expect(fake.placeOrder({ lines: [{ sku: 'MUG-SAND', quantity: 1 }, { sku: 'MUG-BLUE', quantity: 2 }] }))
      .toEqual({ placed: false, reason: 'sold-out', sku: 'MUG-BLUE' })
    expect(fake.placeOrder({ lines: [{ sku: 'POSTER', quantity: 1 }] })).toMatchObject({ reason: 'not-for-sale' })
    expect(fake.placeOrder({ lines: [{ sku: 'NONE', quantity: 1 }] })).toMatchObject({ reason: 'no-such-sku' })
    expect(row('MUG-SAND').quantity).toBe(3)
  })

  it('do not sell one piece twice in one order', async () => {
    const { fake } = await shopWith()
    const three = { sku: 'POSTER', quantity: 3 }
    expect(fake.placeOrder({ lines: [three, three] })).toMatchObject({ reason: 'sold-out' })
  })

  it('are told by a webhook that verifies, tried again with a new signature until it is taken', async () => {
    const secret = `whsec_${Buffer.from('sandbox').toString('base64')}`
    const got: { body: Buffer; headers: Record<string, string | string[] | undefined> }[] = []
    const receiver = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        got.push({ body: Buffer.concat(chunks), headers: request.headers })
        response.writeHead(got.length === 1 ? 500 : 200).end()
      })
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const address = receiver.address()
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/webhooks/etsy`
    open.push(() => new Promise((resolve) => receiver.close(resolve)))
    const { fake, time } = await shopWith({ fake: { webhook: { url, secret, compress: 10 } } })

    const order = fake.placeOrder({ lines: [{ sku: 'POSTER', quantity: 1 }] })
    while (time.untilNext() !== 500) await new Promise((resolve) => setImmediate(resolve))
    time.advance(500)
    await fake.webhooksIdle()
    expect(fake.webhookAttempts().map(({ outcome }) => outcome)).toEqual(['failed', 'delivered'])
    for (const { body, headers } of got) {
      expect(verifyEtsyWebhook({ secret, headers, rawBody: body, now: time.clock() })).toMatchObject({ ok: true })
      expect(JSON.parse(body.toString())).toEqual({
        event_type: 'order.paid', shop_id: '12345678',
        resource_url: `https://openapi.etsy.com/v3/application/shops/12345678/receipts/${order.placed && order.receiptId}`,
      })
    }
    expect(got[0]?.headers['webhook-id']).toBe(got[1]?.headers['webhook-id'])
  })
})

describe('The fake\'s state', () => {
  it('is JSON, and a fake that gets it carries on where the other was', async () => {
    const first = await shopWith()
    first.fake.placeOrder({ lines: [{ sku: 'MUG-BLUE', quantity: 1 }] })
    await first.stock.setQuantity({ listingId: '1002', sku: 'POSTER', quantity: 2, mayRaise: true })
    const saved: unknown = JSON.parse(JSON.stringify(first.fake.state()))
    const second: EtsyFake = etsyFake({ seed, ...credentials })
    second.restore(saved)
    expect(second.state()).toEqual(first.fake.state())
    expect(second.rows()).toEqual(first.fake.rows())
    expect(() => second.restore({ shopId: 1 })).toThrow(/listings/)
  })
})
