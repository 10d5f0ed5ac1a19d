import type { AnyProjection, Recorded } from '@zyra/es'
import type { EventLog, StoredEvent } from '@zyra/jetstream'
import { isTransient, projector, rebuild, switchTo, type Position, type Postgres, type Projector, type Source } from '@zyra/postgres'
import { setTimeout as delay } from 'node:timers/promises'
import type { Codec } from './codec.ts'
import { messageOf } from './errors.ts'
import type { Observer } from './observer.ts'
import { filtersOf } from './registration.ts'

/** What running projections needs. */
export interface ProjectionsOptions {
  readonly log: EventLog
  readonly codec: Codec
  readonly db: Postgres
  readonly service: string
  readonly observer: Observer
  readonly signal: AbortSignal
}

/** How a projection is doing. */
export interface ProjectionHealth {
  readonly name: string
  /** The sequence up to which its rows hold. */
  readonly sequence: number
  /** Why it stands still, or undefined. */
  readonly stoppedBecause: string | undefined
}

const READ_AT_ONCE = 1_000
const RETRY_MS = 1_000

/** Events of a projection from a sequence on, opened; ends when the log, as it stood at the beginning, is read. */
export async function* sourceOf({ log, codec, service, signal }: Omit<ProjectionsOptions, 'db' | 'observer'>, projection: AnyProjection, after: number): Source {
  const end = await log.lastSequence()
  const filters = filtersOf(service, [projection])
  if (after >= end) return
  let reached = after
  // Without an event of these filters left, `follow` would wait for ever for the next one.
  if ((await log.lastOf(filters)).some(({ sequence }) => sequence > after)) {
    for await (const batch of log.follow({ filters, fromSequence: after + 1, batchSize: READ_AT_ONCE, signal })) {
      yield { events: await openAll(codec, batch.events), upTo: { epoch: log.epoch, sequence: batch.upTo } }
      reached = batch.upTo
      if (batch.pending === 0) break
    }
  }
  if (end > reached) yield { events: [], upTo: { epoch: log.epoch, sequence: end } }
}

const openAll = async (codec: Codec, stored: readonly StoredEvent[]): Promise<Recorded[]> => {
  const events: Recorded[] = []
  for (const one of stored) events.push(await codec.open(one))
  return events
}

/** Rebuilds beside the live rows, then switches. */
export const rebuildProjection = async (options: Omit<ProjectionsOptions, 'observer'>, projection: AnyProjection): Promise<Position> => {
  await rebuild(options.db, projection, sourceOf(options, projection, 0))
  return switchTo(options.db, projection, (after) => sourceOf(options, projection, after.sequence))
}

/** Keeps the rows of one projection up to the log. It never skips: what it cannot fold stops it, with the reason, until a release mends it. */
export const runProjection = (options: ProjectionsOptions, projection: AnyProjection): { readonly health: () => ProjectionHealth; readonly done: Promise<void> } => {
  const { log, codec, db, service, observer, signal } = options
  let sequence = 0
  let stoppedBecause: string | undefined

  const follow = async (rows: Projector): Promise<void> => {
    if (await rows.needsRebuild()) await rebuildProjection(options, projection)
    sequence = (await rows.position()).sequence
    for await (const batch of log.follow({ filters: filtersOf(service, [projection]), fromSequence: sequence + 1, batchSize: READ_AT_ONCE, signal })) {
      const from = performance.now()
      const { position } = await rows.apply(await openAll(codec, batch.events), { epoch: log.epoch, sequence: batch.upTo })
      sequence = position.sequence
      stoppedBecause = undefined
      observer.handled(projection.name, 'projection', (performance.now() - from) / 1_000)
      observer.lag(projection.name, batch.pending)
    }
  }

  const keepGoing = async (): Promise<void> => {
    while (!signal.aborted) {
      const rows = projector(db, projection)
      try {
        await follow(rows)
      } catch (error) {
        stoppedBecause = messageOf(error)
        observer.problem(`projection ${projection.name}`, stoppedBecause)
        if (!isTransient(error)) await rows.markStopped(stoppedBecause).catch(() => undefined)
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  return { health: () => ({ name: projection.name, sequence, stoppedBecause }), done: keepGoing() }
}
