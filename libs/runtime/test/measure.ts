// Figures of this machine: node --conditions=zyra-source libs/runtime/test/measure.ts
import { createDecisions } from '../src/decisions.ts'
import { createCodec } from '../src/codec.ts'
import { createStateSnapshots } from '../src/snapshots.ts'
import { addressIn, bench, counter, memoryObjects, outgoing, testVault, TIME } from './kit.ts'
import { startTestServers } from './servers.ts'

const LENGTHS = [5, 400, 600, 2_000, 10_000, 50_000]
const ROUNDS = 5

const servers = await startTestServers(['inventory'])
const js = await servers.connect('inventory')
const { cause } = bench()
const codec = createCodec({ vault: testVault(), objects: memoryObjects() })

const fill = async (length: number): Promise<void> => {
  const address = addressIn('stock', `long-${length}`)
  const one = (n: number) => js.log.append({
    subject: `zyra.demo.inventory.stock.long-${length}`,
    events: [outgoing(address, { type: 'inventory.BufferSet', data: { buffer: n } }, { handler: `fill ${n}` })],
  })
  await Promise.all(Array.from({ length }, (_, n) => one(n + 1)))
}

/** A process that knows nothing yet decides that there is nothing to do. */
const coldLoad = async (length: number, withSnapshots: boolean): Promise<number> => {
  const onProblem = (problem: string): void => console.log(problem)
  const snapshots = createStateSnapshots({ store: js.snapshots, epoch: 1, service: 'inventory', onProblem })
  const decisions = createDecisions({
    log: js.log, codec, service: 'inventory', deciders: [counter], now: () => TIME, ...(withSnapshots ? { snapshots } : {}),
  })
  const command = { type: 'Add', by: 0 }
  const from = performance.now()
  await decisions.decide({ aggregate: 'stock', id: `long-${length}`, command }, cause('measure'))
  return performance.now() - from
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN

for (const length of LENGTHS) {
  await fill(length)
  const [without, first, later]: number[][] = [[], [], []]
  for (let round = 0; round < ROUNDS; round += 1) without?.push(await coldLoad(length, false))
  first?.push(await coldLoad(length, true))
  for (let round = 0; round < ROUNDS; round += 1) later?.push(await coldLoad(length, true))
  const [a, b, c] = [without, first, later].map((times) => median(times ?? []).toFixed(1))
  console.log(`cold load of ${length} events: ${a} ms without snapshots, ${b} ms when the first one is made, ${c} ms with it`)
}
await js.close()
await servers.stop()
