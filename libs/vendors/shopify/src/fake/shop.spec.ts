import { z } from 'zod'
import { orderCreate, parseWebhookBody, personOf, readShopifyHeaders, schemaFor, verifyShopifyHmac } from '../webhooks/index.ts'
import { catalogue, openReceiver, openTestShop, SECRET, until, type Received } from '../../test/shop.ts'
import { shopifyFake, type ShopifyFakeOptions } from './index.ts'

const read = ({ headers, body }: Received) => {
  const parsed = parseWebhookBody(body)
  const known = readShopifyHeaders(headers)
  const signed = verifyShopifyHmac(body, known.hmac, SECRET)
  return { ...known, signed, text: body.toString('utf8'), body: parsed.ok ? parsed.body : undefined }
}
const levelBody = z.object({ inventory_item_id: z.string(), location_id: z.string(), available: z.number().nullable() })

describe('the fake shop', () => {
  let receiver: Awaited<ReturnType<typeof openReceiver>>
  let shop: Awaited<ReturnType<typeof openTestShop>>
  const open = async (topics: readonly string[], options: Partial<ShopifyFakeOptions> = {}) => {
    receiver = await openReceiver()
    shop = await openTestShop(options)
    for (const topic of topics) expect((await shop.client.subscribe(topic, receiver.uri)).ok).toBe(true)
  }
  afterEach(async () => {
    await shop.fake.close()
    await receiver.close()
  })

  const received = async () => {
    await shop.fake.webhooksIdle()
    return receiver.received.map(read)
  }
  const levels = (sku: string) =>
    Object.fromEntries(shop.fake.variant(sku).levels.map(({ locationName, available }) => [locationName, available]))
  const buy = (sku: string, quantity = 1) => shop.fake.placeOrder({ lines: [{ sku, quantity }] })

  describe('orders', () => {
    it('take from the locations in their order', async () => {
      await open([])
      expect(buy('MUG-BLUE', 4).ok).toBe(true)
      expect(levels('MUG-BLUE')).toEqual({ Studio: 0, Warehouse: 1 })
    })

    it('are refused beyond the stock, all lines of a SKU together', async () => {
      await open([])
      expect(shop.fake.placeOrder({ lines: [{ sku: 'MUG-BLUE', quantity: 3 }, { sku: 'MUG-BLUE', quantity: 3 }] })).toEqual(
        { ok: false, reason: 'sold-out', sku: 'MUG-BLUE', available: 5 },
      )
      expect(buy('NOTHING')).toEqual({ ok: false, reason: 'unknown-sku', sku: 'NOTHING', available: 0 })
      expect(levels('MUG-BLUE')).toEqual({ Studio: 3, Warehouse: 2 })
    })

    it('go below zero where the policy allows it', async () => {
      await open([])
      expect(buy('MUG-OWN', 2).ok).toBe(true)
      expect(levels('MUG-OWN')).toEqual({ Studio: -2 })
    })

    it('change no quantity of an item that is not tracked', async () => {
      await open(['inventory_levels/update'])
      expect(buy('GIFT', 7).ok).toBe(true)
      expect(await received()).toEqual([])
    })

    it('give back to where they took from, when refunded or cancelled with a restock', async () => {
      await open(['refunds/create', 'orders/cancelled', 'inventory_levels/update'])
      const placed = buy('MUG-BLUE', 4)
      const id = placed.ok ? placed.order.id : ''
      shop.fake.refundOrder(id, { restock: true, lines: [{ sku: 'MUG-BLUE', quantity: 1 }] })
      expect(levels('MUG-BLUE')).toEqual({ Studio: 1, Warehouse: 1 })
      shop.fake.cancelOrder(id, { restock: true })
      expect(levels('MUG-BLUE')).toEqual({ Studio: 3, Warehouse: 2 })
      expect(() => shop.fake.cancelOrder(id, { restock: true })).toThrow('was cancelled before')
      const topics = (await received()).map(({ topic }) => topic)
      expect(topics.filter((topic) => topic !== 'inventory_levels/update').sort()).toEqual(['orders/cancelled', 'refunds/create'])
      const listed = await shop.client.ordersUpdatedSince(new Date(0))
      const lines = [{ quantity: 4, currentQuantity: 0 }]
      expect(listed.ok && listed.value.value.items[0]).toMatchObject({ id, cancelledAt: expect.any(String), lines })
    })

    it('stay gone when refunded without a restock', async () => {
      await open([])
      const placed = buy('MUG-BLUE', 1)
      shop.fake.refundOrder(placed.ok ? placed.order.id : '', { restock: false })
      expect(levels('MUG-BLUE')).toEqual({ Studio: 2, Warehouse: 2 })
    })
  })

  describe('webhooks', () => {
    it('tell of an order and of each quantity that it changed, signed, with the ids that Shopify gives', async () => {
      await open(['orders/create', 'inventory_levels/update', 'products/update'])
      const customer = { email: 'ada@example.com', firstName: 'Ada', lastName: 'L.' }
      const placed = shop.fake.placeOrder({ lines: [{ sku: 'MUG-BLUE', quantity: 4 }, { sku: 'PRINT-1', quantity: 1 }], customer })
      const all = await received()
      const level = 'inventory_levels/update'
      expect(all.map(({ topic }) => topic).sort()).toEqual([level, level, level, 'orders/create', 'products/update', 'products/update'])
      expect(all.every(({ signed, problems }) => signed && problems.length === 0)).toBe(true)
      expect(all.every(({ shop: domain, apiVersion }) => domain === 'demo-shop.myshopify.com' && apiVersion === '2026-10')).toBe(true)
      expect(new Set(all.map(({ webhookId }) => webhookId)).size).toBe(6)
      expect(new Set(all.map(({ eventId }) => eventId)).size).toBe(1)
      expect(new Set(all.map(({ triggeredAt }) => triggeredAt)).size).toBe(6)
      const order = all.find(({ topic }) => topic === 'orders/create')
      const id = placed.ok && placed.order.id
      expect(orderCreate.parse(order?.body)).toMatchObject({ id, line_items: [{ sku: 'MUG-BLUE', quantity: 4 }, { sku: 'PRINT-1' }] })
      expect(personOf('orders/create', order?.body)).toEqual({ customerId: expect.any(String), orderId: id })
    })

    it('carry ids beyond 2^53 as numbers, every digit kept', async () => {
      await open(['inventory_levels/update'])
      const big = catalogue.products.flatMap(({ variants }) => variants).map(({ sku }) => shop.fake.variant(sku))
        .find(({ inventoryItemId, tracked }) => tracked && !Number.isSafeInteger(Number(inventoryItemId)))
      expect(big).toBeDefined()
      shop.fake.setAvailable(big?.sku ?? '', 42)
      const [webhook] = await received()
      expect(webhook?.text).toContain(`"inventory_item_id":${big?.inventoryItemId},`)
      const read = schemaFor('inventory_levels/update')?.parse(webhook?.body)
      expect(levelBody.parse(read)).toMatchObject({ inventory_item_id: big?.inventoryItemId, available: 42 })
    })

    it('have null for an item that is not tracked', async () => {
      await open(['inventory_levels/update'])
      shop.fake.setAvailable('GIFT', 3)
      expect((await received())[0]?.text).toContain('"available":null')
    })

    it('say nothing when nothing changed', async () => {
      await open(['inventory_levels/update'])
      shop.fake.setAvailable('MUG-RED', 5)
      expect(await received()).toEqual([])
    })

    it('are ordered by X-Shopify-Triggered-At within one millisecond', async () => {
      await open(['inventory_levels/update'])
      for (const quantity of [9, 8, 7]) shop.fake.setAvailable('MUG-RED', quantity)
      const inOrder = (await received()).sort((a, b) => ((a.triggeredAt ?? '') < (b.triggeredAt ?? '') ? -1 : 1))
      expect(inOrder.map(({ body }) => z.object({ available: z.number() }).parse(body).available)).toEqual([9, 8, 7])
    })

    it('tell of what the API changed', async () => {
      await open(['inventory_levels/update'])
      const { inventoryItemId, levels: [level] } = shop.fake.variant('MUG-RED')
      const changes = [{ inventoryItemId, locationId: level?.locationId ?? '', quantity: 1, changeFromQuantity: 5 }]
      await shop.client.setAvailable({ idempotencyKey: 'k', reason: 'correction', changes })
      expect(await received()).toHaveLength(1)
    })

    it('share their event id only with those of the same subscription topic, if so wished', async () => {
      await open(['orders/create', 'inventory_levels/update'], { sharedEventIds: false })
      buy('MUG-RED')
      expect(new Set((await received()).map(({ eventId }) => eventId)).size).toBe(2)
    })

    it('go to every subscription of a topic, each with its own id, all with one event id', async () => {
      await open(['orders/create'])
      const second = await openReceiver()
      await shop.client.subscribe('orders/create', second.uri)
      buy('MUG-RED')
      const [[here], [there]] = [await received(), second.received.map(read)]
      expect(here?.eventId).toBe(there?.eventId)
      expect(here?.webhookId).not.toBe(there?.webhookId)
      expect(here?.text).toBe(there?.text)
      await second.close()
    })

    it('come again unchanged when the receiver fails, until it answers 200', async () => {
      await open(['inventory_levels/update'])
      receiver.answer(302)
      shop.fake.setAvailable('MUG-RED', 4)
      await until(() => shop.fake.webhookAttempts().length === 1)
      shop.fake.setAvailable('MUG-RED', 3)
      await until(() => shop.fake.webhookAttempts().length === 2)
      receiver.answer(200)
      shop.time.advance(60_000)
      const [first, , again] = await received()
      expect(first?.text).toContain('"available":4')
      expect(again).toEqual(first)
    })

    it('end with their subscription after 8 failures in a row', async () => {
      await open(['inventory_levels/update'])
      receiver.answer(500)
      shop.fake.setAvailable('MUG-RED', 4)
      for (let failures = 1; failures < 8; failures += 1) {
        await until(() => shop.fake.webhookAttempts().length === failures)
        expect(shop.fake.state().subscriptions).toHaveLength(1)
        shop.time.advance(4 * 60 * 60 * 1000)
      }
      await until(() => shop.fake.webhookAttempts().length === 8)
      const listed = await shop.client.subscriptions()
      expect(listed.ok && listed.value).toEqual([])
    })

    it('count failures anew after a success', async () => {
      await open(['inventory_levels/update'])
      receiver.answer(500)
      shop.fake.setAvailable('MUG-RED', 4)
      await until(() => shop.fake.webhookAttempts().length === 1)
      receiver.answer(200)
      shop.time.advance(60_000)
      await shop.fake.webhooksIdle()
      expect(shop.fake.state().subscriptions).toMatchObject([{ failuresInARow: 0 }])
    })

    it('get lost, doubled and late when the plan says so', async () => {
      await open(['inventory_levels/update'])
      shop.fake.faults.set({ faults: [{ kind: 'drop-webhook', nextRequests: 1 }, { kind: 'duplicate-webhook', nextRequests: 1 }] })
      shop.fake.setAvailable('MUG-RED', 4)
      shop.fake.setAvailable('MUG-RED', 3)
      await until(() => shop.fake.webhookAttempts().length >= 2)
      shop.time.advance(1)
      const [first, second] = await received()
      expect(first?.webhookId).toBe(second?.webhookId)
      expect(shop.fake.webhookAttempts().map(({ outcome }) => outcome)).toEqual(['dropped', 'delivered', 'delivered'])
    })

    it('may carry any body, byte for byte', async () => {
      await open(['themes/update'])
      const body = '{ "id":820982911946154508 ,\n"x": "\u00e9" }'
      expect(shop.fake.deliverRaw('themes/update', body, { eventId: 'e-1', webhookId: 'w-1' })).toEqual(['w-1'])
      expect(shop.fake.deliverRaw('carts/update', body)).toEqual([])
      expect(await received()).toMatchObject([{ text: body, signed: true, eventId: 'e-1', webhookId: 'w-1', topic: 'themes/update' }])
    })

    it('may go where nobody subscribed', async () => {
      await open([])
      shop.fake.deliverRaw('carts/update', '{}', { uri: receiver.uri })
      expect(await received()).toMatchObject([{ topic: 'carts/update', signed: true }])
    })
  })

  describe('subscriptions', () => {
    it('need an address that Shopify can reach', async () => {
      await open([])
      expect((await shop.client.subscribe('orders/create', 'http://shop.example/hooks')).ok).toBe(false)
      expect((await shop.client.subscribe('orders/create', 'nowhere')).ok).toBe(false)
    })

    it('cannot name a compliance topic', async () => {
      await open([])
      expect((await shop.client.subscribe('customers/redact', receiver.uri)).ok).toBe(false)
    })

    it('of the app\'s configuration bring the compliance topics, and are not listed by the API', async () => {
      const target = await openReceiver()
      const topics = ['customers/redact', 'customers/data_request', 'shop/redact', 'app/uninstalled']
      await open([], { appSubscriptions: topics.map((topic) => ({ topic, uri: target.uri })) })
      const listed = await shop.client.subscriptions()
      expect(listed.ok && listed.value).toEqual([])
      const customer = { email: 'ada@example.com', firstName: 'Ada', lastName: 'L.' }
      shop.fake.placeOrder({ lines: [{ sku: 'MUG-RED', quantity: 1 }], customer })
      shop.fake.requestCustomerData('ada@example.com')
      shop.fake.redactCustomer('ada@example.com')
      shop.fake.uninstall()
      shop.fake.redactShop()
      await shop.fake.webhooksIdle()
      const got = target.received.map(read)
      expect(got.map(({ topic }) => topic).sort()).toEqual([...topics].sort())
      for (const { topic, body } of got) expect(schemaFor(topic ?? '')?.safeParse(body).success).toBe(true)
      expect(JSON.stringify(shop.fake.state())).not.toContain('ada@example.com')
      expect((await shop.client.shop()).ok).toBe(false)
      await target.close()
    })
  })

  describe('state', () => {
    it('goes on where an export left off', async () => {
      await open(['inventory_levels/update'])
      buy('MUG-BLUE', 4)
      await shop.fake.webhooksIdle()
      const exported: unknown = JSON.parse(JSON.stringify(shop.fake.state()))
      const next = shopifyFake({ catalogue: { state: exported }, clientSecret: SECRET })
      expect(next.variant('MUG-BLUE')).toEqual(shop.fake.variant('MUG-BLUE'))
      const before = new Set(shop.fake.state().orders.map(({ id }) => id))
      const placed = next.placeOrder({ lines: [{ sku: 'MUG-RED', quantity: 1 }] })
      expect(placed.ok && !before.has(placed.order.id)).toBe(true)
      await next.close()
    })

    it('is a copy that changes nothing', async () => {
      await open([])
      shop.fake.state().levels.length = 0
      expect(levels('MUG-RED')).toEqual({ Studio: 5 })
    })

    it('is refused with the reason when it is not one', async () => {
      await open([])
      expect(() => shop.fake.restore({ shop: {} })).toThrow('The state of the fake shop cannot be used')
    })

    it('is the same for the same catalogue', async () => {
      await open([])
      const again = shopifyFake({ catalogue, clientSecret: SECRET })
      expect(again.variant('PRINT-9').inventoryItemId).toBe(shop.fake.variant('PRINT-9').inventoryItemId)
      await again.close()
    })
    it('is refused when it names a place that the shop does not have', () => {
      const products = [{ title: 'A', variants: [{ title: 'a', sku: 'S', price: '1.00', stock: { Moon: 1 } }] }]
      expect(() => shopifyFake({ catalogue: { name: 'x', products }, clientSecret: SECRET })).toThrow('"Moon"')
    })
  })
})
