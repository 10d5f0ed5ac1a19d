import { allServices } from '@zyra/all'
import type { Figure } from '../figure.ts'
import { rawClient, unsettled } from '../floors/raw-client.ts'
import { load } from '../load.ts'
import { inRounds, type Measure, type Tools } from '../measure.ts'
import { watchCores } from '../process-facts.ts'
import { install, until, type Installation } from '../system.ts'
import { levelBody, productBody, signedWebhooks } from '../webhooks.ts'

const ITEMS = 1_000

/** What the gateway keeps while the others are down. */
const KINDS = [
  { name: 'kept', title: 'nobody acts on', topic: 'products/update', body: productBody },
  { name: 'decided', title: 'each decided on', topic: 'inventory_levels/update', body: (item: number) => levelBody(item, item % 50) },
] as const

const durables = Object.values(allServices).flatMap(({ name, policies = [], reactors = [] }) =>
  [...(policies.length > 0 ? [`${name}-policy`] : []), ...(reactors.length > 0 ? [`${name}-reactor`] : [])])

/** Lets so many deliveries in through the gateway, the other services being down. */
const pileUp = async (installation: Installation, next: () => string, count: number): Promise<void> => {
  const gateway = await installation.startServices({ ZYRA_SERVICES: 'gateway' })
  try {
    for (let kept = 0; kept < count;) kept += (await load({ port: gateway.port, connections: 200, ms: 1_000, next })).latencies.length
  } finally {
    await gateway.stop()
  }
}

const measure = async (tools: Tools): Promise<readonly Figure[]> => {
  tools.say('backlog, the first start')
  const installation = await install(tools.dir)
  const raw = await rawClient(installation.nats)
  const count = tools.pick(100_000, 5_000)
  const figures: Figure[] = []
  try {
    const first = await installation.startServices()
    await first.untilReady()
    await first.stop()
    for (const { name, title, topic, body } of KINDS) {
      const next = signedWebhooks(topic, Array.from({ length: ITEMS }, (_, index) => body(index)))
      let note = ''
      const values = await inRounds({ ...tools, rounds: 1 }, `backlog of ${count.toLocaleString('en')} deliveries, ${title}`, async () => {
        await pileUp(installation, next, count)
        const waiting = (await unsettled(raw, ['inventory-policy']))
        const services = await installation.startServices()
        const [from, watched] = [performance.now(), watchCores({ services: services.pid, NATS: installation.nats.pid })]
        await until('the backlog to be drained', async () => (await unsettled(raw, durables)) === 0, 600_000, 20)
        const seconds = (performance.now() - from) / 1_000
        note = `${waiting.toLocaleString('en')} deliveries in ${seconds.toFixed(1)} s; ${watched(waiting)}`
        await services.stop()
        // The gateway keeps whatever comes within its last second, so the count differs from run to run.
        return seconds * (count / waiting)
      })
      const shown = `backlog of ${count.toLocaleString('en')} events, ${title}`
      figures.push({ name: `backlog-${name}`, title: shown, unit: 's', values, target: tools.pick(10, 0.5), note })
    }
    return figures
  } finally {
    await raw.close()
    await installation.stop()
  }
}

/** How long the services need to catch up on what came in while they were down. */
export const backlog: Measure = { name: 'backlog', title: 'backlog', run: measure }
