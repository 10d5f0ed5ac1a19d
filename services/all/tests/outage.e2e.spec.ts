import { setTimeout as delay } from 'node:timers/promises'
import { repeatedDecisions, repeatedIds, timesKept } from './log-checks.ts'
import {
  control, deliverShopify, itemAtOnePlace, mirrored, sandboxControl, settled, startSystem, storedEvents, until, webhooksDelivered, type System,
} from './harness.ts'

/** Minutes are tried by hand (`OUTAGE_SECONDS=150`); the suite takes seconds. */
const OUTAGE_MS = Number(process.env['OUTAGE_SECONDS'] ?? 8) * 1_000

interface Attempt { readonly deliveryId: string; readonly status?: number }

describe(`a server that is away for ${OUTAGE_MS / 1_000} s`, () => {
  let system: System
  beforeAll(async () => {
    system = await startSystem()
    await system.startServices()
    await settled(system)
  }, 90_000)
  afterAll(() => system.stop(), 30_000)

  const ready = async (): Promise<boolean> => (await fetch(`${system.gatewayUrl}/readyz`)).ok

  const trade = async (): Promise<void> => {
    for (const { sku } of (await mirrored(system)).slice(0, 30)) {
      await sandboxControl(system, '/shopify/stock', { sku, available: 2 + (sku.length % 5) })
    }
  }

  test('loses nothing and duplicates nothing when it is NATS: webhooks are refused with 503 meanwhile, and come again', async () => {
    const { inventoryItemId, levels } = await itemAtOnePlace(system)
    await system.nats.kill()
    const body = `{"inventory_item_id":${inventoryItemId},"location_id":${levels[0]?.locationId},"available":5}`
    await trade()
    expect(await deliverShopify(system.gatewayUrl, { topic: 'inventory_levels/update', body })).toBe(503)
    expect(await ready()).toBe(false)
    await delay(OUTAGE_MS)
    await system.nats.restart()
    await until('the services to work again', ready)
    await webhooksDelivered(system, 240_000)
    await settled(system)
    await control(system, 'reconcile', {})
    await settled(system)

    const { attempts } = await sandboxControl<{ attempts: readonly Attempt[] }>(system, '/webhooks?vendor=shopify&limit=10000')
    const kept = timesKept(await storedEvents(system, ['zyra.demo.gateway.shopify-webhook.*']))
    const acknowledged = new Set(attempts.flatMap(({ status, deliveryId }) => (status === 200 ? [deliveryId] : [])))
    expect([...acknowledged].filter((id) => kept.get(id) !== 1)).toEqual([])
    const all = await storedEvents(system, ['zyra.>'])
    expect(repeatedIds(all)).toEqual([])
    expect(repeatedDecisions(all)).toEqual([])
    expect((await mirrored(system)).filter(({ expected, sellable }) => expected !== sellable)).toEqual([])
  }, 600_000)

  test('stops the rows but neither webhooks nor Etsy when it is Postgres, and the rows catch up', async () => {
    await system.postgres.kill()
    await trade()
    await webhooksDelivered(system, 60_000)
    await until('Etsy to follow', async () => (await mirrored(system)).every(({ expected, sellable }) => expected === sellable))
    expect(await ready()).toBe(false)
    await system.postgres.restart()
    await until('the rows to catch up', ready)
    await settled(system)
  }, 300_000)
})
