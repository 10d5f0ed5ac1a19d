import { openPostgres } from '@zyra/postgres'
import { knownTopics } from '@zyra/vendor-shopify/webhooks'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { deliverShopify, mirrored, sandboxControl, settled, startSystem, storedEvents, webhooksDelivered, type System } from './harness.ts'

const ZYRA = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url))

/** Runs the command line as a person would, and answers its exit code and what it said. */
const zyra = (system: System, ...typed: readonly string[]): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [ZYRA, ...typed], { env: { ...system.env, NO_COLOR: '1' } }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, said: `${out}${err}` })
    })
  })

describe('the log', () => {
  let system: System
  beforeAll(async () => {
    system = await startSystem()
    await system.startServices()
    await settled(system)
    for (const { sku } of (await mirrored(system)).slice(0, 20)) {
      await sandboxControl(system, '/orders', { channel: 'shopify', sku }).catch(() => undefined)
    }
    await webhooksDelivered(system, 60_000)
    await settled(system)
  }, 120_000)
  afterAll(() => system.stop(), 30_000)

  test('keeps a delivery of every topic that Shopify documents', async () => {
    const topics = knownTopics.map((topic) => topic.toLowerCase().replace('_', '/'))
    const before = await system.js.log.lastSequence()
    const statuses = await Promise.all(topics.map((topic) => deliverShopify(system.gatewayUrl, { topic, body: '{"id":820982911946154508}' })))
    expect(new Set(statuses)).toEqual(new Set([200]))
    const kept = await storedEvents(system, ['zyra.demo.gateway.shopify-webhook.*', 'zyra.demo.gateway.quarantine.*'], before + 1)
    expect(kept).toHaveLength(topics.length)
    expect(topics.length).toBeGreaterThan(181)
    await settled(system)
  }, 60_000)

  test('is replayed with the vendors cut off: rows and decisions come out the same', async () => {
    await system.sandbox.stop()
    const { code, said } = await zyra(system, 'replay', '--verify')
    expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/identical/i) })
    expect((await zyra(system, 'rebuild')).code).toBe(0)
  }, 60_000)

  test('shows where rows were changed behind its back, and rebuilding mends them', async () => {
    const db = await openPostgres({ url: system.postgres.url })
    await db.query('update zyra.inventory_stock set row = jsonb_set(row, $1, $2) where row->>$3 = $4', ['{available}', '4711', 'sku', 'MUG-BLUE'])
    await db.close()
    const found = await zyra(system, 'replay', '--verify')
    expect({ code: found.code, said: found.said }).toEqual({ code: 1, said: expect.stringContaining('available') })
    expect((await zyra(system, 'rebuild')).code).toBe(0)
    expect((await zyra(system, 'replay', '--verify')).code).toBe(0)
  }, 60_000)
})
