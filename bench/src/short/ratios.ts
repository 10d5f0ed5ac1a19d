import { fillLog } from '../events.ts'
import { startFastify } from '../floors/fastify-process.ts'
import { rawConsumeRate, rawPublishRate } from '../floors/raw-client.ts'
import { foldInMemory, openReader } from '../fold.ts'
import { load } from '../load.ts'
import { appendRate, withLogAlone, type LogAlone } from '../measures/log-alone.ts'
import { mainThreadSeconds } from '../process-facts.ts'
import { install } from '../system.ts'
import { productBody, registerShop, signedWebhooks } from '../webhooks.ts'

/** What a piece of work costs, and what its floor costs, in several rounds of one after the other. */
export interface Ratio {
  readonly name: string
  readonly title: string
  readonly ours: readonly number[]
  readonly floor: readonly number[]
  /** The best round of ours must not cost more than so many times the floor's best round. */
  readonly limit: number
}

const WRITERS = 32
const SLICE_MS = 300
const EVENTS = 15_000
const ROUNDS = 5

/** Processor time of this process per piece of work, in microseconds. */
const perPiece = async (work: () => Promise<number>): Promise<number> => {
  const before = process.cpuUsage()
  const pieces = await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / pieces
}

interface Cost { readonly ms: number; readonly us: number }

/** Time and processor time per piece of work that goes on for a slice. */
const costOf = async (rate: () => Promise<number>): Promise<Cost> => {
  const from = performance.now()
  let ms = 0
  const us = await perPiece(async () => {
    const pieces = (await rate()) * (SLICE_MS / 1_000)
    ms = (performance.now() - from) / pieces
    return pieces
  })
  return { ms, us }
}

const appending = async ({ log, raw }: LogAlone): Promise<readonly Ratio[]> => {
  const [floor, ours]: [Cost[], Cost[]] = [[], []]
  for (let round = 0; round < ROUNDS; round += 1) {
    floor.push(await costOf(() => rawPublishRate(raw, WRITERS, SLICE_MS)))
    ours.push(await costOf(() => appendRate(log, 1_000 + round * 10, WRITERS, SLICE_MS)))
  }
  const of = (costs: readonly Cost[], what: keyof Cost): readonly number[] => costs.map((cost) => cost[what])
  const title = `append with ${WRITERS} writers`
  return [
    { name: 'append-time', title: `${title}, time over a bare publish`, ours: of(ours, 'ms'), floor: of(floor, 'ms'), limit: 2.5 },
    { name: 'append-cpu', title: `${title}, processor time over a bare publish`, ours: of(ours, 'us'), floor: of(floor, 'us'), limit: 3 },
  ]
}

const replaying = async ({ js, raw, dir }: LogAlone): Promise<Ratio> => {
  await fillLog(js, 1, EVENTS, EVENTS / 10, () => undefined)
  const reader = await openReader(js, dir)
  const [floor, ours]: [number[], number[]] = [[], []]
  for (let round = 0; round < ROUNDS; round += 1) {
    floor.push(await perPiece(() => rawConsumeRate(raw, 'zyra.*.inventory.stock.*', EVENTS).then(() => EVENTS)))
    ours.push(await perPiece(() => foldInMemory(reader.source(new AbortController().signal))))
  }
  return { name: 'replay-cpu', title: 'replay folded in memory, processor time over a bare consumer', ours, floor, limit: 20 }
}

const REQUESTS = 1_500
const LONGEST_MS = 20_000

/** The gateway alone: what others do with a delivery later is not its sender's to wait for. */
const ingesting = async (dir: string): Promise<Ratio> => {
  const [installation, bare] = [await install(dir), await startFastify()]
  try {
    await registerShop(installation)
    const services = await installation.startServices({ ZYRA_SERVICES: 'gateway', ZYRA_SANDBOX: 'false' })
    await services.untilReady()
    const next = signedWebhooks('products/update', Array.from({ length: 100 }, (_, product) => productBody(product)))
    const perRequest = async (pid: number, port: number): Promise<number> => {
      const before = mainThreadSeconds(pid)
      const { latencies, refused } = await load({ port, connections: 50, ms: LONGEST_MS, count: REQUESTS, next })
      if (refused > 0) throw new Error(`${refused} deliveries were not answered with 200`)
      return (mainThreadSeconds(pid) - before) / latencies.length
    }
    const [floor, ours]: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round += 1) {
      floor.push(await perRequest(bare.pid, bare.port))
      ours.push(await perRequest(services.pid, services.port))
    }
    return { name: 'ingest-cpu', title: 'webhook to ack, processor time over bare Fastify', ours, floor, limit: 26 }
  } finally {
    await bare.stop()
    await installation.stop()
  }
}

/** Everything that is watched from run to run. */
export const ratios = async (dir: string): Promise<readonly Ratio[]> => {
  const onTheLog = await withLogAlone(dir, async (alone) => [...await appending(alone), await replaying(alone)])
  return [...onTheLog, await ingesting(dir)]
}
