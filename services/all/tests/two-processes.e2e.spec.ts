import { setTimeout as delay } from 'node:timers/promises'
import { repeatedDecisions, repeatedIds } from './log-checks.ts'
import {
  control, mirrored, sandboxControl, seededRandom, settled, startSystem, storedEvents, webhooksDelivered, type ServicesProcess, type System,
} from './harness.ts'
import { requirePort } from '@zyra/servers'

const ITEMS = 200
const ROUNDS = 4

describe(`two processes that share the work over ${ITEMS} items`, () => {
  let system: System
  let processes: readonly ServicesProcess[]
  const random = seededRandom(7)

  beforeAll(async () => {
    system = await startSystem({ moreTiles: ITEMS, etsyPerSecond: 2_000 })
    const first = await system.startServices()
    const second = await system.startServices({ port: await requirePort('127.0.0.1', 0, 'ZYRA_PORT') })
    processes = [first, second]
    await settled(system, 120_000)
  }, 180_000)
  afterAll(() => system.stop(), 30_000)

  const tiles = async () => (await mirrored(system)).filter(({ sku }) => sku.startsWith('TILE-'))

  const changeEveryItem = async (): Promise<void> => {
    for (const { sku } of await tiles()) await sandboxControl(system, '/shopify/stock', { sku, available: Math.floor(random() * 9) })
  }

  /** Etsy confirmed each item's quantities in the order in which they were decided. */
  const outOfOrder = async (): Promise<readonly string[]> => {
    const attempts = await storedEvents(system, ['zyra.demo.inventory.etsy-quantity.*'])
    const last = new Map<string, number>()
    return attempts.flatMap(({ subject, envelope, data }) => {
      if (envelope.type !== 'runtime.EffectAttempted') return []
      const { forSequence } = data as { forSequence: number }
      const before = last.get(subject) ?? 0
      last.set(subject, forSequence)
      return forSequence < before ? [`${subject}: ${forSequence} after ${before}`] : []
    })
  }

  test('keep the order of each item, and when one is killed the other takes over without a wrong number', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const changing = changeEveryItem()
      if (round === 1) {
        // In the middle of the work; the process that is left hears the webhooks.
        await delay(400)
        await processes[1]?.kill()
      }
      await changing
    }
    await webhooksDelivered(system, 120_000)
    await settled(system, 120_000)
    const wrong = (await tiles()).filter(({ expected, sellable }) => expected !== sellable)
    const all = await storedEvents(system, ['zyra.>'])
    console.info({ items: (await tiles()).length, events: all.length, wrongBeforeReconcile: wrong.length })
    expect((await tiles()).length).toBe(ITEMS)
    expect(wrong).toEqual([])
    expect(await outOfOrder()).toEqual([])
    expect(repeatedIds(all)).toEqual([])
    expect(repeatedDecisions(all)).toEqual([])
    await control(system, 'reconcile', {})
    await settled(system, 120_000)
    expect((await tiles()).filter(({ expected, sellable }) => expected !== sellable)).toEqual([])
  }, 300_000)
})
