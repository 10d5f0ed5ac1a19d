import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import {
  control, deliverShopify, etsyRow, itemAtOnePlace, mirrored, sandboxControl, settled, startSystem, storedEvents, until, type ShopifyVariant, type System,
} from './harness.ts'

describe('the path from a webhook to Etsy', () => {
  let system: System
  let onePlace: ShopifyVariant
  beforeAll(async () => {
    system = await startSystem()
    await system.startServices()
    await settled(system)
    onePlace = await itemAtOnePlace(system)
  }, 90_000)
  afterAll(() => system.stop(), 30_000)

  test('the first reconcile makes Etsy sell what the oversell buffer says, for every item on both channels', async () => {
    const compared = await mirrored(system)
    expect(compared.length).toBeGreaterThan(30)
    expect(compared.filter(({ sellable, expected }) => sellable !== expected)).toEqual([])
  })

  test('an order on Shopify lowers what Etsy sells', async () => {
    const before = await etsyRow(system, 'MUG-BLUE')
    await sandboxControl(system, '/orders', { channel: 'shopify', sku: 'MUG-BLUE' })
    await until('Etsy to follow', async () => (await etsyRow(system, 'MUG-BLUE')).sellable === before.sellable - 1)
  }, 30_000)

  test('below the buffer Etsy sells nothing, and it sells again when there is stock again', async () => {
    await sandboxControl(system, '/shopify/stock', { sku: onePlace.sku, available: 1 })
    await until('Etsy to sell nothing', async () => (await etsyRow(system, onePlace.sku)).sellable === 0)
    await sandboxControl(system, '/shopify/stock', { sku: onePlace.sku, available: 5 })
    await until('Etsy to sell again', async () => (await etsyRow(system, onePlace.sku)).sellable === 5)
  }, 30_000)

  test('a late webhook and a repeated one change nothing', async () => {
    const { sku, inventoryItemId, levels } = onePlace
    const location = levels[0]?.locationId
    const level = (available: number) => `{"inventory_item_id":${inventoryItemId},"location_id":${location},"available":${available},"updated_at":null}`
    const at = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString()
    const newest = { topic: 'inventory_levels/update', body: level(7), webhookId: 'newest', eventId: 'newest', triggeredAt: at(5) }
    expect(await deliverShopify(system.gatewayUrl, newest)).toBe(200)
    await until('Etsy to follow', async () => (await etsyRow(system, sku)).sellable === 7)
    const { writes } = await etsyRow(system, sku)
    expect(await deliverShopify(system.gatewayUrl, newest)).toBe(200)
    expect(await deliverShopify(system.gatewayUrl, { ...newest, webhookId: 'late', eventId: 'late', body: level(3), triggeredAt: at(-60) })).toBe(200)
    await settled(system)
    expect(await etsyRow(system, sku)).toMatchObject({ sellable: 7, writes })
  }, 60_000)

  test('a wrong signature is refused, and nothing of it is kept', async () => {
    const before = await system.js.log.lastSequence()
    expect(await deliverShopify(system.gatewayUrl, { topic: 'orders/create', body: '{"id":1}', secret: 'another-secret' })).toBe(401)
    expect(await system.js.log.lastSequence()).toBe(before)
  })

  test('an unknown shop is refused where only the public secret could vouch for it, and nothing of it is kept', async () => {
    const before = await system.js.log.lastSequence()
    expect(await deliverShopify(system.gatewayUrl, { topic: 'orders/create', body: '{"id":1}', shop: 'somebody-else.myshopify.com' })).toBe(401)
    expect(await system.js.log.lastSequence()).toBe(before)
  })

  test('a body above the limit is refused before it is read', async () => {
    const announced = request(`${system.gatewayUrl}/webhooks/shopify`, { method: 'POST', headers: { 'content-length': 6 * 1024 * 1024 } })
    announced.on('error', () => undefined).flushHeaders()
    const [answer] = (await once(announced, 'response')) as [IncomingMessage]
    expect(answer.statusCode).toBe(413)
    announced.destroy()
  })

  test.each([
    ['an unknown topic', { topic: 'orders/teleported', body: '{"id":1}' }, 'not one that Shopify documents'],
    ['a body that is not JSON', { topic: 'orders/create', body: '{"id":' }, 'should be JSON'],
    ['a body that breaks its promise', { topic: 'inventory_levels/update', body: '{"available":4}' }, 'inventory_item_id'],
  ])('%s is answered 200 and put in quarantine with the reason', async (_name, delivery, reason) => {
    const before = await system.js.log.lastSequence()
    expect(await deliverShopify(system.gatewayUrl, delivery)).toBe(200)
    const events = await storedEvents(system, ['zyra.*.gateway.quarantine.*'], before + 1)
    expect(events.map(({ data }) => (data as { reason: string }).reason)).toEqual([expect.stringContaining(reason)])
  })

  test('a signed delivery is kept whatever its sender calls its body', async () => {
    for (const contentType of ['garbage', 'text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1']) {
      expect(await deliverShopify(system.gatewayUrl, { topic: 'products/update', body: '{"id":1}', contentType })).toBe(200)
    }
  })

  test('every request for control needs the token of the installation', async () => {
    const response = await fetch(`${system.gatewayUrl}/control/stop`, { method: 'POST', body: '{}' })
    expect(response.status).toBe(401)
    expect(await control(system, 'stop', { level: 'a little' })).toMatchObject({ status: 400, body: { problems: [expect.stringContaining('level')] } })
  })
})
