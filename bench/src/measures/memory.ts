import { stockRows } from '@zyra/all'
import { openPostgres, projectionStates } from '@zyra/postgres'
import { setTimeout as delay } from 'node:timers/promises'
import type { Figure } from '../figure.ts'
import { startFastify } from '../floors/fastify-process.ts'
import type { LargeInstallation, Measure, Tools } from '../measure.ts'
import { familyOf, memoryMb, rssMb } from '../process-facts.ts'
import { install, until } from '../system.ts'

/** An idle process gives back what it needed to start, some seconds later. */
const SETTLE_MS = 15_000

const idle = async (tools: Tools): Promise<readonly Figure[]> => {
  tools.say('memory, idle')
  const installation = await install(tools.dir)
  const bare = await startFastify()
  try {
    const services = await installation.startServices()
    await services.untilReady()
    await delay(tools.pick(SETTLE_MS, SETTLE_MS / 3))
    const [nats, postgres] = [memoryMb([installation.nats.pid]), memoryMb(familyOf(installation.postgres.pid))]
    return [{
      name: 'memory-idle', title: 'RSS of the services, idle', unit: 'MB', values: [rssMb(services.pid)], target: 180,
      floor: { what: 'node with bare Fastify', values: [rssMb(bare.pid)] },
      note: `beside it NATS ${nats.toFixed(0)} MB, Postgres ${postgres.toFixed(0)} MB`,
    }]
  } finally {
    await bare.stop()
    await installation.stop()
  }
}

const loaded = async (tools: Tools, large: LargeInstallation): Promise<readonly Figure[]> => {
  tools.say(`memory, ${large.events.toLocaleString('en')} events: waiting for the rows`)
  const db = await openPostgres({ url: large.postgres.url, poolSize: 1 })
  const services = await large.startServices()
  try {
    await services.untilReady()
    await until('the rows to be there', async () => {
      const state = (await projectionStates(db)).find(({ name }) => name === stockRows.name)
      return (state?.position.sequence ?? 0) >= large.events
    }, 300_000, 500)
    await delay(tools.pick(SETTLE_MS, SETTLE_MS / 3))
    const parts = { services: [services.pid], NATS: [large.nats.pid], Postgres: familyOf(large.postgres.pid) }
    const shown = Object.entries(parts).map(([name, pids]) => `${name} ${memoryMb(pids).toFixed(0)} MB`).join(', ')
    const what = `${large.events.toLocaleString('en')} events, ${large.aggregates.toLocaleString('en')} aggregates`
    return [{
      name: 'memory-loaded', title: `RAM of services, NATS and Postgres, ${what}`, unit: 'MB', values: [memoryMb(Object.values(parts).flat())],
      target: 512, note: `${shown}; what processes share counts once`,
    }]
  } finally {
    await Promise.all([services.stop(), db.close()])
  }
}

const measure = async (tools: Tools): Promise<readonly Figure[]> => [...await idle(tools), ...await loaded(tools, await tools.large())]

/** What the processes hold in RAM, idle and with a large log. */
export const memory: Measure = { name: 'memory', title: 'memory', run: measure }
