import { inboxPrefixOf, prepareJetStream } from '@zyra/jetstream'
import { startNatsCluster, type NatsCluster, type NatsServer } from '@zyra/servers'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ADMIN, natsUsers } from '../src/servers.ts'
import {
  control, etsyRow, mirrored, sandboxControl, seededRandom, settled, startSystem, storedEvents, until, webhooksDelivered, type ServicesProcess, type System,
} from './harness.ts'
import { repeatedDecisions, repeatedIds, timesKept } from './log-checks.ts'

const KILLS = Number(process.env['CLUSTER_KILLS'] ?? 3)
const SEED = 20_261_120

interface Attempt { readonly deliveryId: string; readonly status?: number }

describe(`three nodes keep the log, and ${KILLS} times the leader is killed under load`, () => {
  let system: System
  let services: ServicesProcess
  let cluster: NatsCluster
  const random = seededRandom(SEED)

  /** The services find their seeds in the data folder, as they would those of a cluster that somebody else runs. */
  const startLog = async (dataDir: string): Promise<NatsServer> => {
    cluster = await startNatsCluster({ dir: dataDir, users: natsUsers() })
    cpSync(join(dataDir, 'n1', 'secrets'), join(dataDir, 'secrets'), { recursive: true })
    const [first] = cluster.nodes
    if (first === undefined) throw new Error('the cluster has no node')
    const admin = { url: cluster.url, name: 'test', inboxPrefix: inboxPrefixOf(ADMIN), seed: cluster.seeds[ADMIN] ?? '' }
    await until('the cluster to take streams', () => prepareJetStream({ ...admin, replicas: 3 }).then(() => true), 60_000)
    return { ...first, url: cluster.url, seeds: cluster.seeds, stop: cluster.stop }
  }

  beforeAll(async () => {
    system = await startSystem({ replicas: 3, startLog })
    services = await system.startServices()
    await settled(system, 120_000)
  }, 240_000)
  afterAll(() => system.stop(), 60_000)

  const trade = async (skus: readonly string[], signal: AbortSignal): Promise<{ changes: number; soldOnEtsy: number }> => {
    const done = { changes: 0, soldOnEtsy: 0 }
    while (!signal.aborted) {
      const sku = skus[Math.floor(random() * skus.length)] ?? ''
      const buys = random() < 0.15 && (await etsyRow(system, sku)).sellable > 3
      const change = buys
        ? sandboxControl(system, '/orders', { channel: 'etsy', sku }).then(() => (done.soldOnEtsy += 1), () => 'sold out')
        : sandboxControl(system, '/shopify/stock', { sku, available: Math.floor(random() * 8) }).then(() => (done.changes += 1))
      await change
      await delay(60)
    }
    return done
  }

  const wrongNumbers = async () => (await mirrored(system)).filter(({ expected, sellable }) => expected !== sellable)
  const lastAttempts = (limit: number) => sandboxControl<{ attempts: readonly Attempt[] }>(system, `/webhooks?vendor=shopify&limit=${limit}`)
  const leader = (): Promise<string> => until('a leader of the log', () => system.js.leader(), 60_000)

  test('no acknowledged webhook is lost, no decision is taken twice, and Etsy has the right numbers', async () => {
    const skus = (await mirrored(system)).map(({ sku }) => sku)
    const ended = new AbortController()
    const trading = trade(skus, ended.signal)
    const killed: string[] = []
    for (let kill = 0; kill < KILLS; kill += 1) {
      await delay(2_000 + random() * 2_000)
      const name = await leader()
      killed.push(name)
      await cluster.node(name).kill()
      await until('another leader', async () => (await leader()) !== name, 60_000)
      await delay(1_000)
      await cluster.node(name).restart()
    }
    await services.kill()
    // A start needs leaders (docs/limits.md), and the node that came back may still be electing some.
    services = await until('a start', () => system.startServices().catch(() => undefined), 180_000)
    ended.abort()
    const traded = await trading
    await webhooksDelivered(system, 240_000).catch(async (error: unknown) => {
      const [{ attempts }, ready] = await Promise.all([lastAttempts(10), fetch(`${system.gatewayUrl}/readyz`).then((answer) => answer.text())])
      throw new Error(`${String(error)}; last attempts: ${JSON.stringify(attempts)}; ready: ${ready}`)
    })
    await settled(system, 180_000)
    const wrongBeforeReconcile = await wrongNumbers()
    await control(system, 'reconcile', {})
    await settled(system, 120_000)

    const { attempts } = await lastAttempts(10_000)
    const acknowledged = new Set(attempts.flatMap(({ status, deliveryId }) => (status === 200 ? [deliveryId] : [])))
    const kept = timesKept(await storedEvents(system, ['zyra.demo.gateway.shopify-webhook.*']))
    const all = await storedEvents(system, ['zyra.>'])
    console.info({ killed, ...traded, acknowledged: acknowledged.size, events: all.length, wrongBeforeReconcile })

    expect(acknowledged.size).toBeGreaterThan(20)
    expect([...acknowledged].filter((id) => kept.get(id) !== 1)).toEqual([])
    expect(repeatedIds(all)).toEqual([])
    expect(repeatedDecisions(all)).toEqual([])
    expect(await wrongNumbers()).toEqual([])
    const effects = await storedEvents(system, ['zyra.demo.inventory.shopify-stock.*'])
    expect(effects.filter(({ envelope }) => envelope.type === 'inventory.ShopifyAdjusted')).toHaveLength(traded.soldOnEtsy)
  }, 600_000)
})
