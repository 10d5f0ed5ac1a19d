import type { Figure } from '../figure.ts'
import { load } from '../load.ts'
import { inRounds, type Measure, type Tools } from '../measure.ts'
import { familyOf } from '../process-facts.ts'
import { until, type Services } from '../system.ts'
import { productBody, signedWebhooks } from '../webhooks.ts'

const webhooks = (): (() => string) => signedWebhooks('products/update', [productBody(1)])

/** Services, NATS, Postgres and sandbox at once, under load, as a power cut would. */
const killAll = async (services: Services): Promise<void> => {
  const family = familyOf(services.pid)
  const loading = load({ port: services.port, connections: 20, ms: 60_000, next: webhooks() }).catch(() => undefined)
  await until('some deliveries to be under way', async () => true, 1_000, 500)
  for (const pid of family) process.kill(pid, 'SIGKILL')
  await services.stop('SIGKILL')
  await loading
}

const measure = async (tools: Tools): Promise<readonly Figure[]> => {
  const large = await tools.large()
  tools.say('recovery, starting as "npm start" does')
  await large.stopServers()
  let services = await large.startWhole()
  await services.untilReady()
  const answered: number[] = []
  const values = await inRounds(tools, 'recovery', async () => {
    await killAll(services)
    const from = performance.now()
    services = await large.startWhole()
    answered.push((performance.now() - from) / 1_000)
    const next = webhooks()
    await until('a delivery to be kept', async () => (await load({ port: services.port, connections: 1, ms: 1, next })).latencies.length > 0)
    return (performance.now() - from) / 1_000
  })
  await services.untilReady()
  await services.stop()
  const what = `${large.events.toLocaleString('en')} events, everything killed under load`
  const note = `first 200 after ${answered.map((seconds) => seconds.toFixed(2)).join(', ')} s; from the start of the process that starts all others`
  return [{ name: 'recovery', title: `first ack after kill -9, ${what}`, unit: 's', values, target: 3, note }]
}

/** How long it takes after a power cut until a webhook is kept again. */
export const recovery: Measure = { name: 'recovery', title: 'recovery', run: measure }
