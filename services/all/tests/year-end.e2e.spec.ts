import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { repeatedDecisions, repeatedIds, timesKept } from './log-checks.ts'
import {
  control, deliverShopify, etsyRow, itemAtOnePlace, mirrored, sandboxControl, seededRandom, settled, startSystem, storedEvents, until, webhooksDelivered,
  type Delivery, type ServicesProcess, type System,
} from './harness.ts'

const ZYRA = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url))
const SEED = 12
const WEBHOOKS = ['zyra.demo.gateway.shopify-webhook.*', 'zyra.demo.gateway.etsy-webhook.*']

/** Runs the command line as a person would, and answers its exit code and what it said. */
const zyra = (system: System, ...typed: readonly string[]): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [ZYRA, ...typed], { env: { ...system.env, NO_COLOR: '1' } }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, said: `${out}${err}` })
    })
  })

describe(`sealing the log's segment while orders come in (seed ${SEED})`, () => {
  let system: System
  let services: ServicesProcess
  /** At one location, chosen while there is stock. */
  let quiet: string
  /** Deliveries of ours that were answered 200. */
  const acknowledged: Delivery[] = []
  const random = seededRandom(SEED)

  beforeAll(async () => {
    system = await startSystem()
    services = await system.startServices()
    await settled(system)
    quiet = (await itemAtOnePlace(system)).sku
  }, 120_000)
  afterAll(() => system.stop(), 30_000)

  /** Orders on both channels, and deliveries of our own, until it is told to stop. */
  const sell = async (skus: readonly string[], stopped: () => boolean): Promise<void> => {
    while (!stopped()) {
      const number = acknowledged.length
      const sku = skus[Math.floor(random() * skus.length)]
      const channel = random() < 0.3 ? 'etsy' : 'shopify'
      const own: Delivery = { topic: 'products/update', body: `{"id":${1_000 + number}}`, webhookId: `own-${number}`, eventId: `own-${number}` }
      const [status] = await Promise.all([
        deliverShopify(system.gatewayUrl, own),
        // A shop that is sold out, or a channel that does not have it, sells nothing.
        sandboxControl(system, '/orders', { channel, sku }).catch(() => undefined),
      ])
      if (status === 200) acknowledged.push(own)
    }
  }

  const sellWhile = async (work: () => Promise<unknown>): Promise<void> => {
    const skus = (await mirrored(system)).filter(({ sellable }) => sellable > 3).map(({ sku }) => sku)
    let stopping = false
    const before = acknowledged.length
    const selling = sell(skus, () => stopping)
    await until('orders before', async () => acknowledged.length >= before + 20)
    await work()
    const after = acknowledged.length
    await until('orders after', async () => acknowledged.length >= after + 20)
    stopping = true
    await selling
    await webhooksDelivered(system, 60_000)
    await settled(system)
  }

  const judge = async (): Promise<void> => {
    const all = await storedEvents(system, ['zyra.>'])
    expect(all.map(({ sequence }) => sequence)).toEqual(Array.from({ length: all.length }, (_, index) => index + 1))
    expect({ ids: repeatedIds(all), decisions: repeatedDecisions(all) }).toEqual({ ids: [], decisions: [] })
    const kept = timesKept(await storedEvents(system, WEBHOOKS))
    expect(acknowledged.filter(({ webhookId = '' }) => kept.get(webhookId) !== 1)).toEqual([])
    expect([...kept].filter(([, times]) => times !== 1)).toEqual([])
    expect((await mirrored(system)).filter(({ sellable, expected }) => sellable !== expected)).toEqual([])
  }

  test('keeps every acknowledged webhook and decides on it once, and Etsy is right', async () => {
    let sealed = { code: -1, said: '' }
    await sellWhile(async () => {
      sealed = await zyra(system, 'log', 'seal', '--yes')
    })
    expect(sealed).toEqual({ code: 0, said: expect.stringContaining('ZYRA is sealed, ZYRA_2 is open') })
    expect((await system.js.segments()).map(({ state }) => state)).toEqual(['sealed', 'open'])
    await judge()
  }, 180_000)

  test('is told by the log command, and not done without being asked for', async () => {
    const told = await zyra(system, 'log')
    expect(told).toEqual({ code: 0, said: expect.stringMatching(/ZYRA +sealed[^]*ZYRA_2 +open/) })
    expect(await zyra(system, 'log', 'seal')).toEqual({ code: 2, said: expect.stringMatching(/ZYRA_2 holds[^]*cannot be undone[^]*--yes/) })
    expect(await system.js.segments()).toHaveLength(2)
  }, 30_000)

  test('leaves a delivery that is repeated on the other side without a second effect, also in a process that starts anew', async () => {
    const { sku, inventoryItemId, levels } = await itemAtOnePlace(system)
    const body = `{"inventory_item_id":${inventoryItemId},"location_id":${levels[0]?.locationId},"available":9,"updated_at":null}`
    const triggeredAt = new Date(Date.now() + 5_000).toISOString()
    const delivery = { topic: 'inventory_levels/update', body, webhookId: 'over-the-seam', eventId: 'over-the-seam', triggeredAt }
    expect(await deliverShopify(system.gatewayUrl, delivery)).toBe(200)
    await settled(system)
    expect((await zyra(system, 'log', 'seal', '--yes')).code).toBe(0)
    const before = await system.js.log.lastSequence()
    expect(await deliverShopify(system.gatewayUrl, delivery)).toBe(200)
    await services.kill()
    services = await system.startServices()
    expect(await deliverShopify(system.gatewayUrl, delivery)).toBe(200)
    await settled(system)
    const since = await storedEvents(system, ['zyra.demo.>'], before + 1)
    expect(timesKept(await storedEvents(system, WEBHOOKS)).get('over-the-seam')).toBe(1)
    expect(since.filter(({ envelope, data }) => /Decided|Attempted/.test(envelope.type) && JSON.stringify(data).includes(sku))).toEqual([])
  }, 120_000)

  test('survives that the services are killed in the middle of it', async () => {
    await sellWhile(async () => {
      const sealing = zyra(system, 'log', 'seal', '--yes')
      await until('the segment to be closed', async () => (await system.js.segments()).at(-1)?.state !== 'open')
      await services.kill()
      services = await system.startServices()
      await sealing
    })
    expect((await system.js.segments()).map(({ state }) => state)).toEqual(['sealed', 'sealed', 'sealed', 'open'])
    await judge()
  }, 180_000)

  test('leaves who waits for a vendor waiting, and lets everybody else go on in the next segment', async () => {
    await sandboxControl(system, '/etsy/faults', { kind: 'server-error', status: 503, where: { operation: 'getShopReceipts' } })
    await control(system, 'reconcile', {})
    const waits = async () => (await storedEvents(system, ['zyra.demo.inventory.etsy-receipts-read.*'])).at(-1)?.envelope.type === 'runtime.EffectAttempted'
    await until('the receipts to be waited for', waits)
    expect((await zyra(system, 'log', 'seal', '--yes')).code).toBe(0)
    await sandboxControl(system, '/shopify/stock', { sku: quiet, available: 17 })
    await until('Etsy to follow', async () => (await etsyRow(system, quiet)).sellable === 17)
    expect(await waits()).toBe(true)
    const cleared = await fetch(`${system.sandbox.origin}/control/etsy/faults`, {
      method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ seed: 'none', faults: [] }),
    })
    expect(cleared.status).toBe(200)
    await settled(system)
    expect(await waits()).toBe(false)
    await judge()
  }, 120_000)

  test('lets one ask why across the seam, and replays to the same rows and decisions', async () => {
    const ends = (await system.js.segments()).slice(0, -1).map(({ last }) => last?.sequence ?? 0)
    const all = await storedEvents(system, ['zyra.>'])
    const places = new Map(all.map(({ envelope, sequence }) => [envelope.id, sequence]))
    const across = all.find(({ sequence, envelope }) => ends.some((end) => (places.get(envelope.causationId) ?? Infinity) <= end && end < sequence))
    if (across === undefined) throw new Error('nothing followed from an event of an earlier segment')
    const cause = places.get(across.envelope.causationId)
    const why = await zyra(system, 'why', String(across.sequence))
    expect(why).toEqual({ code: 0, said: expect.stringMatching(new RegExp(`#${cause}\\b[^]*#${across.sequence}\\b`)) })
    expect(await zyra(system, 'replay', '--verify')).toEqual({ code: 0, said: expect.stringMatching(/identical/i) })
    expect((await zyra(system, 'rebuild')).code).toBe(0)
    expect((await zyra(system, 'replay', '--verify')).code).toBe(0)
    expect((await zyra(system, 'doctor')).code).toBe(0)
  }, 120_000)
})
