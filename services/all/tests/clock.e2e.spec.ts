import { createLogger, loadConfig, run, type Running } from '@zyra/runtime'
import { setTimeout as delay } from 'node:timers/promises'
import { allServices } from '../src/services.ts'
import { DEMO } from '../src/bootstrap.ts'
import { repeatedDecisions, repeatedIds } from './log-checks.ts'
import { control, deliverShopify, itemAtOnePlace, mirrored, sandboxControl, settled, startSystem, storedEvents, until, type System } from './harness.ts'

const YEARS_10 = 3_653 * 86_400_000

/** The services' clock jumps; the servers' stays, since nothing but a machine of its own could change it. */
describe('a clock that jumps ten years either way', () => {
  let system: System
  let running: Running
  let offset = 0
  const begun = Date.now()

  const start = async (): Promise<Running> => {
    const { env, nats, postgres, sandbox, gatewayUrl } = system
    const config = loadConfig({ env: { ...env, ZYRA_PORT: new URL(gatewayUrl).port } })
    return run(Object.values(allServices), {
      config, natsUrl: nats.url, databaseUrl: postgres.url, seedOf: (user) => nats.seeds[user], sandboxOrigin: sandbox.origin,
      logger: createLogger('silent'), now: () => new Date(Date.now() + offset),
    })
  }

  beforeAll(async () => {
    system = await startSystem()
    running = await start()
    await control(system, 'register', { mode: 'sandbox', ...DEMO })
    await until('the first reconcile', async () => (await mirrored(system)).every(({ sellable, expected }) => sellable === expected))
    await settled(system)
  }, 120_000)
  afterAll(async () => {
    await running.close()
    await system.stop()
  }, 60_000)

  let delivered = 0
  const deliver = async (): Promise<number | undefined> => {
    const { inventoryItemId, levels } = await itemAtOnePlace(system)
    delivered += 1
    const body = `{"inventory_item_id":${inventoryItemId},"location_id":${levels[0]?.locationId},"available":${3 + (delivered % 5)}}`
    return deliverShopify(system.gatewayUrl, { topic: 'inventory_levels/update', body })
  }
  const clock = async () => {
    const { checks } = (await (await fetch(`${system.gatewayUrl}/readyz`)).json()) as { checks: readonly { name: string; ok: boolean }[] }
    return checks.find(({ name }) => name === 'clock')?.ok
  }
  /** While work comes in nothing is appended but what was on its way, with the time of before. */
  const pending = async (): Promise<number> => (await sandboxControl<{ webhooksPending: number }>(system, '/shopify')).webhooksPending
  const nothingIsAppendedAfter = async (jumpedAt: number, before: number): Promise<void> => {
    await sandboxControl(system, '/orders', { channel: 'shopify', sku: 'MUG-BLUE' })
    await delay(1_500)
    const since = await storedEvents(system, ['zyra.>'], before + 1)
    expect(since.map(({ envelope }) => Date.parse(envelope.time)).filter((time) => time > jumpedAt || time < begun)).toEqual([])
  }

  test.each([['ahead', YEARS_10], ['back', -YEARS_10]])('%s, while they run: nothing is kept until it is right', async (_way, jump) => {
    expect(await deliver()).toBe(200)
    const [before, jumpedAt] = [await system.js.log.lastSequence(), Date.now()]
    offset = jump
    expect(await deliver()).toBe(503)
    await nothingIsAppendedAfter(jumpedAt, before)
    expect(await clock()).toBe(false)
    offset = 0
    expect(await deliver()).toBe(200)
    await until('the clock to be believed', clock)
    await settled(system)
  }, 60_000)

  test.each([['ahead', YEARS_10], ['back', -YEARS_10]])('%s, between two starts: the start waits until it is right', async (_way, jump) => {
    await running.close()
    const before = await system.js.log.lastSequence()
    offset = jump
    let isRunning = false
    const starting = start().then((one) => {
      isRunning = true
      return one
    })
    await delay(2_500)
    expect([isRunning, await system.js.log.lastSequence()]).toEqual([false, before])
    offset = 0
    running = await starting
    expect(await deliver()).toBe(200)
    await settled(system)
  }, 60_000)

  test('leaves an order, times and decisions as if it had not jumped, and the right numbers on Etsy', async () => {
    await until('the sandbox to have delivered what was refused', async () => (await pending()) === 0, 120_000)
    expect(await control(system, 'reconcile', {})).toMatchObject({ status: 200 })
    await settled(system)
    const all = await storedEvents(system, ['zyra.>'])
    const times = all.map(({ envelope }) => Date.parse(envelope.time))
    expect(times.filter((time) => time < begun || time > Date.now())).toEqual([])
    expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, index) => index + 1))
    expect(repeatedIds(all)).toEqual([])
    expect(repeatedDecisions(all)).toEqual([])
    expect(all.filter(({ envelope }) => envelope.type === 'runtime.TimerFired')).toEqual([])
    expect(all.filter(({ envelope }) => envelope.type === 'runtime.HandlerParked')).toEqual([])
    expect((await mirrored(system)).filter(({ sellable, expected }) => sellable !== expected)).toEqual([])
  }, 240_000)
})
