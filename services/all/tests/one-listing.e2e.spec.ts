import { etsyRows, mirrored, sandboxControl, seededRandom, settled, startSystem, webhooksDelivered, type System } from './harness.ts'

const ROUNDS = 4
const SKUS = ['MUG-BLUE', 'MUG-GREEN', 'MUG-OAT', 'MUG-BLACK']

describe('all SKUs of one Etsy listing', () => {
  let system: System
  beforeAll(async () => {
    system = await startSystem()
    await system.startServices()
    await settled(system)
  }, 60_000)
  afterAll(() => system.stop(), 30_000)

  test('that change at once, several times, have the right number each without a reconcile', async () => {
    const random = seededRandom(11)
    // A write takes its time, so that those of one SKU overlap the reads of another.
    await sandboxControl(system, '/etsy/faults', { kind: 'latency', ms: 100, where: { method: 'PUT' } })
    expect((await etsyRows(system)).filter(({ sku }) => SKUS.includes(sku))).toHaveLength(SKUS.length)
    for (let round = 0; round < ROUNDS; round += 1) {
      await Promise.all(SKUS.map((sku) => sandboxControl(system, '/shopify/stock', { sku, available: 2 + Math.floor(random() * 20) })))
      await webhooksDelivered(system, 30_000)
      await settled(system)
      const numbers = (await mirrored(system)).filter(({ sku }) => SKUS.includes(sku))
      expect({ round, wrong: numbers.filter(({ expected, sellable }) => expected !== sellable) }).toEqual({ round, wrong: [] })
      expect(numbers).toHaveLength(SKUS.length)
    }
  }, 120_000)
})
