import { allServices } from '@zyra/all'
import { aggregateFilter } from '@zyra/jetstream'
import { projectionStates } from '@zyra/postgres'
import { filtersOf } from '@zyra/runtime'
import { once } from 'node:events'
import { connect } from 'node:net'
import { z } from 'zod'
import { sentenceOf } from '../base/failure.ts'
import type { Installation } from '../base/installation.ts'
import type { Reading } from '../base/reading.ts'
import { readRange, sequenceBefore } from '../log/ranges.ts'
import { BEHIND_AT_MOST, type ProjectionFacts, type Readiness } from './checks.ts'

const ANSWER_WITHIN_MS = 5_000

const report = z.object({ checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })) })

/** The parts of `/readyz`; undefined where the gateway does not answer. */
export const readinessOf = async ({ gatewayUrl }: Installation): Promise<readonly Readiness[] | undefined> => {
  try {
    const response = await fetch(`${gatewayUrl}/readyz`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
    return report.parse(await response.json()).checks
  } catch {
    return undefined
  }
}

/** Whether the sandbox answers. */
export const sandboxProblem = async (url: string): Promise<string | undefined> => {
  try {
    const { ok, status } = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
    return ok ? undefined : `answers ${status} at ${url}`
  } catch {
    return `does not answer at ${url}`
  }
}

/** A NATS server greets with what it is (https://docs.nats.io/reference/reference-protocols/nats-protocol#info). */
export const natsVersion = async ({ natsUrl }: Installation): Promise<string> => {
  const { hostname, port } = new URL(natsUrl.split(',')[0]?.trim() ?? '')
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || 4222 })
  try {
    const [greeting] = z.tuple([z.instanceof(Buffer)]).parse(await once(socket, 'data', { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }))
    const [, json = '{}'] = /^INFO (\{.*\})/.exec(greeting.toString('utf8')) ?? []
    return z.object({ version: z.string() }).parse(JSON.parse(json)).version
  } finally {
    socket.destroy()
  }
}

/** What Postgres calls itself; throws where it takes no writes. */
export const postgresVersion = async ({ database }: Reading): Promise<string> => {
  const db = await database()
  await db.ready()
  const [row] = await db.query<{ server_version: string }>('show server_version')
  return row?.server_version.split(' ')[0] ?? 'unknown'
}

/** A version, or why there is none. */
export const versionOr = async (
  read: () => Promise<string>,
): Promise<{ readonly version: string | undefined; readonly problem: string | undefined }> => {
  try {
    return { version: await read(), problem: undefined }
  } catch (error) {
    return { version: undefined, problem: sentenceOf(error) }
  }
}

const countAfter = async (
  { log }: Reading,
  filter: string,
  after: number,
  to: number,
  atMost: number,
  signal: AbortSignal,
): Promise<number> => {
  let found = 0
  for await (const events of readRange({ log, filter, from: after + 1, to, signal })) {
    found += events.length
    if (found >= atMost) return atMost
  }
  return found
}

const DAY_MS = 86_400_000

/** Deliveries that were put in quarantine within the last 24 hours. */
export const quarantined = async (reading: Reading, now: Date, signal: AbortSignal): Promise<number> => {
  const to = await reading.log.lastSequence()
  const from = await sequenceBefore(reading.log, now.getTime() - DAY_MS, to)
  return countAfter(reading, aggregateFilter('gateway', 'quarantine'), from - 1, to, Infinity, signal)
}

/** How each projection's rows stand to the log. */
export const projectionFacts = async (reading: Reading, signal: AbortSignal): Promise<readonly ProjectionFacts[]> => {
  const to = await reading.log.lastSequence()
  const states = new Map((await projectionStates(await reading.database())).map((state) => [state.name, state]))
  const facts: ProjectionFacts[] = []
  for (const { name: service, projections = [] } of Object.values(allServices)) {
    for (const projection of projections) {
      const state = states.get(projection.name)
      let behind = 0
      for (const filter of filtersOf(service, [projection]))
        behind += await countAfter(reading, filter, state?.position.sequence ?? 0, to, BEHIND_AT_MOST, signal)
      facts.push({ name: projection.name, position: state?.position.sequence, behind, stoppedBecause: state?.stoppedBecause })
    }
  }
  return facts
}
