import { percentile, type Figure } from '../figure.ts'
import { startFastify } from '../floors/fastify-process.ts'
import { load, type LoadResult } from '../load.ts'
import { inRounds, type Measure, type Tools } from '../measure.ts'
import { watchCores } from '../process-facts.ts'
import { install, type Installation, type Services } from '../system.ts'
import { levelBody, productBody, signedWebhooks } from '../webhooks.ts'

const ITEMS = 1_000
const FIXED_RATE = 1_000

const products = (): (() => string) => signedWebhooks('products/update', Array.from({ length: ITEMS }, (_, product) => productBody(product)))
const levels = (): (() => string) => signedWebhooks('inventory_levels/update', Array.from({ length: ITEMS }, (_, item) => levelBody(item, item % 50)))

const checked = ({ refused, ...result }: LoadResult): LoadResult => {
  if (refused > 0) throw new Error(`${refused} deliveries were not answered with 200: the figure would count refusals`)
  return { refused, ...result }
}

interface Kind {
  readonly name: string
  readonly title: string
  readonly next: () => () => string
}

const KEPT: Kind = { name: 'kept', title: 'kept', next: products }
const DECIDED: Kind = { name: 'decided', title: 'each decided on behind it', next: levels }

const coresOf = ({ nats }: Installation, services: Services): ((pieces: number) => string) =>
  watchCores({ services: services.pid, NATS: nats.pid, generator: process.pid })

const throughput = async (tools: Tools, installation: Installation, services: Services, connections: number, kind: Kind): Promise<Figure> => {
  const ms = tools.pick(5_000, 1_500)
  const [next, floor] = [kind.next(), [] as number[]]
  const fastify = await startFastify()
  let cores = ''
  try {
    const values = await inRounds(tools, `ingest, ${connections} connections, ${kind.title}`, async () => {
      floor.push((await load({ port: fastify.port, connections, ms: ms / 3, next })).rate)
      const watched = coresOf(installation, services)
      const { rate, latencies } = checked(await load({ port: services.port, connections, ms, next }))
      cores = watched(latencies.length)
      return rate
    })
    return {
      name: `ingest-${connections}-${kind.name}`, title: `webhook to ack, ${connections} connections, ${kind.title}`, unit: '/s', values,
      ...(connections === 200 ? { target: 10_000 } : {}),
      floor: { what: 'bare Fastify, nothing kept', values: floor }, note: cores,
    }
  } finally {
    await fastify.stop()
  }
}

const latency = async (tools: Tools, installation: Installation, services: Services, kind: Kind): Promise<readonly Figure[]> => {
  const ms = tools.pick(10_000, 3_000)
  const next = kind.next()
  const [middle, floorMiddle, floorHigh] = [[] as number[], [] as number[], [] as number[]]
  const fastify = await startFastify()
  let cores = ''
  try {
    const high = await inRounds(tools, `ingest at ${FIXED_RATE}/s, ${kind.title}`, async () => {
      const bare = await load({ port: fastify.port, connections: 100, ms: ms / 3, next, perSecond: FIXED_RATE })
      floorMiddle.push(percentile(bare.latencies, 0.5))
      floorHigh.push(percentile(bare.latencies, 0.99))
      const watched = coresOf(installation, services)
      const { latencies } = checked(await load({ port: services.port, connections: 100, ms, next, perSecond: FIXED_RATE }))
      cores = watched(latencies.length)
      middle.push(percentile(latencies, 0.5))
      return percentile(latencies, 0.99)
    })
    const what = 'bare Fastify, nothing kept'
    const title = `webhook to ack at ${FIXED_RATE.toLocaleString('en')}/s, ${kind.title}`
    return [
      { name: `ingest-p50-${kind.name}`, title: `${title}, p50`, unit: 'ms', values: middle, floor: { what, values: floorMiddle } },
      { name: `ingest-p99-${kind.name}`, title: `${title}, p99`, unit: 'ms', values: high, target: 15, floor: { what, values: floorHigh }, note: cores },
    ]
  } finally {
    await fastify.stop()
  }
}

const measure = async (tools: Tools): Promise<readonly Figure[]> => {
  tools.say('ingest, starting the servers and the services')
  const installation = await install(tools.dir)
  try {
    const services = await installation.startServices()
    await services.untilReady()
    tools.say('ingest, warming up')
    await load({ port: services.port, connections: 50, ms: tools.pick(4_000, 1_500), next: products() })
    const figures: Figure[] = []
    for (const connections of [10, 50, 200]) figures.push(await throughput(tools, installation, services, connections, KEPT))
    figures.push(...await latency(tools, installation, services, KEPT))
    figures.push(...await latency(tools, installation, services, DECIDED))
    figures.push(await throughput(tools, installation, services, 200, DECIDED))
    return figures
  } finally {
    await installation.stop()
  }
}

/** From a signed webhook to its acknowledgement, which comes once the delivery is on disk. */
export const ingest: Measure = { name: 'ingest', title: 'webhook to fsynced ack', run: measure }
