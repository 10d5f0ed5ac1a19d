import { rows } from '@zyra/postgres'
import { setTimeout as delay } from 'node:timers/promises'
import { control, mirrored, sandboxControl, seededRandom, settled, startSystem, storedEvents, until, webhooksDelivered, type System } from './harness.ts'
import { openReaders, stockRows } from './readers.ts'

const CHANGES = 250

/** One webhook in ten is lost, three in ten come twice, and half of them come after later ones. */
const FAULTS = {
  seed: 'lossy',
  faults: [
    { kind: 'drop-webhook', probability: 0.1 },
    { kind: 'duplicate-webhook', probability: 0.3, copies: 1, afterMs: 50 },
    { kind: 'reorder-webhook', probability: 0.5, behind: 5, maxWaitMs: 1_000 },
  ],
}

interface Run {
  readonly rows: readonly unknown[]
  readonly wrong: readonly unknown[]
  readonly kept: number
}

const trade = async (system: System): Promise<void> => {
  const random = seededRandom(3)
  const skus = (await mirrored(system)).map(({ sku }) => sku)
  for (let change = 0; change < CHANGES; change += 1) {
    const sku = skus[Math.floor(random() * skus.length)] ?? ''
    await sandboxControl(system, '/shopify/stock', { sku, available: Math.floor(random() * 9) })
  }
  await webhooksDelivered(system, 60_000)
}

/** Rows follow the log by themselves; nothing that is to be handled tells of them. */
const rowsCaughtUp = async ({ js, gatewayUrl }: System): Promise<void> => {
  const newest = Math.max(...(await js.log.lastOf(['zyra.demo.inventory.stock.*', 'zyra.demo.inventory.etsy-quantity.*'])).map(({ sequence }) => sequence))
  await until('the rows to hold everything', async () => {
    const { checks } = (await (await fetch(`${gatewayUrl}/readyz`)).json()) as { checks: readonly { name: string; detail: string }[] }
    const position = checks.find(({ name }) => name === 'projection inventory_stock')?.detail.replace('at ', '')
    return Number(position) >= newest
  }, 60_000)
}

const shopRun = async (faults: unknown): Promise<Run> => {
  const system = await startSystem()
  try {
    await system.startServices()
    await settled(system)
    if (faults !== undefined) {
      const response = await fetch(`${system.sandbox.origin}/control/shopify/faults`, {
        method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(faults),
      })
      expect(response.status).toBe(200)
    }
    await trade(system)
    await settled(system)
    // Shopify tells the time of a read in whole seconds: what was read is as of the second before.
    await delay(1_100)
    await control(system, 'reconcile', {})
    await settled(system)
    await rowsCaughtUp(system)
    const readers = await openReaders(system)
    const { found } = await rows(readers.db, stockRows).find('demo', {}, { limit: 1_000 })
    await readers.close()
    const kept = (await storedEvents(system, ['zyra.demo.gateway.shopify-webhook.*'])).length
    const wrong = (await mirrored(system)).filter(({ expected, sellable }) => expected !== sellable)
    return { rows: found.map(({ key, row }) => ({ key, ...row })), wrong, kept }
  } finally {
    await system.stop()
  }
}

test('webhooks that are lost, repeated and shuffled end, after a reconcile, in the same state as a clean run', async () => {
  const clean = await shopRun(undefined)
  const lossy = await shopRun(FAULTS)
  console.info({ keptClean: clean.kept, keptLossy: lossy.kept })
  expect(lossy.kept).toBeLessThan(clean.kept)
  expect(clean.wrong).toEqual([])
  expect(lossy.wrong).toEqual([])
  expect(lossy.rows).toEqual(clean.rows)
}, 240_000)
