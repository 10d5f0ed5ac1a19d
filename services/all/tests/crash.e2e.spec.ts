import { setTimeout as delay } from 'node:timers/promises'
import { repeatedDecisions, repeatedIds, timesKept } from './log-checks.ts'
import {
  control, etsyRow, etsyRows, mirrored, sandboxControl, seededRandom, settled, startSystem, storedEvents, webhooksDelivered, type ServicesProcess, type System,
} from './harness.ts'

const KILLS = Number(process.env['CRASH_KILLS'] ?? 50)
const SEED = 20_261_120

interface Attempt { readonly deliveryId: string; readonly status?: number; readonly topic: string }

describe(`${KILLS} kills at random moments under load`, () => {
  let system: System
  let services: ServicesProcess
  const random = seededRandom(SEED)

  beforeAll(async () => {
    system = await startSystem()
    services = await system.startServices()
    await settled(system)
  }, 90_000)
  afterAll(() => system.stop(), 30_000)

  const victims = {
    services: async () => {
      await services.kill()
      services = await system.startServices()
    },
    nats: async () => {
      await system.nats.kill()
      await system.nats.restart()
    },
    postgres: async () => {
      await system.postgres.kill()
      await system.postgres.restart()
    },
  }

  /** The merchant changes stock all the time and customers buy on Etsy; the fakes send the webhooks and try again. */
  const trade = async (skus: readonly string[], signal: AbortSignal): Promise<{ changes: number; soldOnEtsy: number }> => {
    const done = { changes: 0, soldOnEtsy: 0 }
    while (!signal.aborted) {
      const sku = skus[Math.floor(random() * skus.length)] ?? ''
      // The last piece would end the listing, and putting it up again costs a fee, which Zyra leaves to a person.
      const buys = random() < 0.15 && (await etsyRow(system, sku)).sellable > 3
      const change = buys
        ? sandboxControl(system, '/orders', { channel: 'etsy', sku }).then(() => (done.soldOnEtsy += 1), () => 'sold out')
        : sandboxControl(system, '/shopify/stock', { sku, available: Math.floor(random() * 8) }).then(() => (done.changes += 1))
      await change
      await delay(40)
    }
    return done
  }

  const wrongNumbers = async () => (await mirrored(system)).filter(({ expected, sellable }) => expected !== sellable)

  test('lose no acknowledged webhook, take no decision twice, and leave Etsy with the right numbers', async () => {
    const skus = (await mirrored(system)).map(({ sku }) => sku)
    const ended = new AbortController()
    const trading = trade(skus, ended.signal)
    const killed: Record<string, number> = {}
    for (let kill = 0; kill < KILLS; kill += 1) {
      await delay(random() * 700)
      const names = Object.keys(victims) as (keyof typeof victims)[]
      const name = names[Math.floor(random() * names.length)] ?? 'services'
      killed[name] = (killed[name] ?? 0) + 1
      await victims[name]()
    }
    ended.abort()
    const traded = await trading
    await webhooksDelivered(system, 240_000)
    await settled(system, 120_000)
    const wrongBeforeReconcile = await wrongNumbers()
    await control(system, 'reconcile', {})
    await settled(system, 120_000)

    const { attempts } = await sandboxControl<{ attempts: readonly Attempt[] }>(system, '/webhooks?vendor=shopify&limit=10000')
    const acknowledged = new Set(attempts.flatMap(({ status, deliveryId }) => (status === 200 ? [deliveryId] : [])))
    const kept = timesKept(await storedEvents(system, ['zyra.demo.gateway.shopify-webhook.*']))
    const all = await storedEvents(system, ['zyra.>'])
    const identical = (await etsyRows(system)).reduce((sum, { identicalWrites }) => sum + identicalWrites, 0)
    console.info({ killed, ...traded, acknowledged: acknowledged.size, events: all.length, identicalWrites: identical, wrongBeforeReconcile })

    expect(acknowledged.size).toBeGreaterThan(KILLS)
    expect([...acknowledged].filter((id) => kept.get(id) !== 1)).toEqual([])
    expect(repeatedIds(all)).toEqual([])
    expect(repeatedDecisions(all)).toEqual([])
    expect(await wrongNumbers()).toEqual([])
    const effects = await storedEvents(system, ['zyra.demo.inventory.shopify-stock.*'])
    const adjusted = effects.filter(({ envelope }) => envelope.type === 'inventory.ShopifyAdjusted')
    expect(new Set(adjusted.map(({ subject }) => subject)).size).toBe(adjusted.length)
    expect(adjusted).toHaveLength(traded.soldOnEtsy)
  }, 600_000)
})
