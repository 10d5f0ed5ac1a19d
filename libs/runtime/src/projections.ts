import type { AnyProjection, Recorded } from '@zyra/es'
import { LogUnavailable, type EventBatch, type EventLog, type StoredEvent } from '@zyra/jetstream'
import { isTransient, projector, rebuild, switchTo, type Position, type Postgres, type Projector, type Source } from '@zyra/postgres'
import type { Codec } from './codec.ts'
import type { HealthCheck } from './health-check.ts'
import { messageOf } from './errors.ts'
import type { Observer } from './observer.ts'
import { filtersOf } from './registration.ts'
import { pauseFor, type Pause } from './retry.ts'

/** What running projections needs. */
export interface ProjectionsOptions {
  readonly log: EventLog
  readonly codec: Codec
  readonly db: Postgres
  readonly service: string
  readonly observer: Observer
  readonly signal: AbortSignal
  readonly pause?: Pause
}

/** A projection at work. */
export interface RunningProjection {
  readonly check: () => HealthCheck
  /** Resolves once the signal aborted and nothing is under way any more. */
  readonly done: Promise<void>
}

const READ_AT_ONCE = 1_000
const PAUSES_MS: readonly number[] = [1_000, 2_000, 5_000, 10_000, 30_000]

/** Events of other names share the subjects: they are neither opened nor understood. */
const openWanted = async (codec: Codec, { on }: AnyProjection, stored: readonly StoredEvent[]): Promise<Recorded[]> => {
  const events: Recorded[] = []
  for (const one of stored) if (one.envelope.type in on) events.push(await codec.open(one))
  return events
}

/** Where a batch ends, in the epoch of its last event: what stands in a restored log from before keeps its own. */
const endOf = ({ events, upTo }: EventBatch, { epoch }: EventLog): Position => ({ epoch: events.at(-1)?.envelope.epoch ?? epoch, sequence: upTo })

/** Events of a projection from a sequence on, opened; ends when the log, as it stood at the beginning, is read. */
export async function* sourceOf(options: Omit<ProjectionsOptions, 'db' | 'observer'>, projection: AnyProjection, after: number): Source {
  const { log, codec, service, signal } = options
  const end = await log.lastSequence()
  const filters = filtersOf(service, [projection])
  if (after >= end) return
  let reached: Position = { epoch: log.epoch, sequence: after }
  // Without an event of these filters left, `follow` would wait for ever for the next one.
  if ((await log.lastOf(filters)).some(({ sequence }) => sequence > after)) {
    for await (const batch of log.follow({ filters, fromSequence: after + 1, batchSize: READ_AT_ONCE, signal })) {
      reached = endOf(batch, log)
      yield { events: await openWanted(codec, projection, batch.events), upTo: reached }
      if (batch.pending === 0 || batch.upTo >= end) break
    }
  }
  // Rows that were made from this log say so by its epoch, also where all its events are from before it was restored.
  const isEnd = reached.epoch === log.epoch && reached.sequence >= end
  if (!isEnd && !signal.aborted) yield { events: [], upTo: { epoch: log.epoch, sequence: Math.max(reached.sequence, end) } }
}

/** Rebuilds beside the live rows, then switches. */
export const rebuildProjection = async (options: Omit<ProjectionsOptions, 'observer'>, projection: AnyProjection): Promise<Position> => {
  await rebuild(options.db, projection, sourceOf(options, projection, 0))
  return switchTo(options.db, projection, (after) => sourceOf(options, projection, after.sequence))
}

/** In seconds. */
const ageOf = (stored: StoredEvent | undefined): number =>
  stored === undefined ? 0 : Math.max(0, Date.now() - Date.parse(stored.envelope.time)) / 1_000

const passes = (error: unknown): boolean => isTransient(error) || error instanceof LogUnavailable

/** Keeps the rows of one projection up to the log. It never skips: what it cannot fold stops it, with the reason, until a release mends it. */
export const runProjection = (options: ProjectionsOptions, projection: AnyProjection): RunningProjection => {
  const { log, codec, db, service, observer, signal, pause = pauseFor } = options
  let sequence = 0
  let failures = 0
  let problem: { readonly why: string; readonly passes: boolean } | undefined

  /** After a restore, rows of the log's former life may be further than the log, or tell of what it never heard. */
  const isForeign = async (at: Position): Promise<boolean> => at.sequence > 0 && (at.epoch !== log.epoch || at.sequence > (await log.lastSequence()))

  const follow = async (rows: Projector): Promise<void> => {
    if (await isForeign(await rows.position())) await rows.disown()
    if (await rows.needsRebuild()) await rebuildProjection(options, projection)
    sequence = (await rows.position()).sequence
    // What it stumbled over stands before it still; what merely failed is over now that the rows can be read.
    if (problem?.passes === true) problem = undefined
    if (problem === undefined) observer.stopped(projection.name, false)
    for await (const batch of log.follow({ filters: filtersOf(service, [projection]), fromSequence: sequence + 1, batchSize: READ_AT_ONCE, signal })) {
      const from = performance.now()
      const { position } = await rows.apply(await openWanted(codec, projection, batch.events), endOf(batch, log))
      sequence = position.sequence
      problem = undefined
      failures = 0
      observer.handled(projection.name, 'projection', (performance.now() - from) / 1_000)
      observer.lag(projection.name, batch.pending, batch.pending === 0 ? 0 : ageOf(batch.events.at(-1)))
      observer.stopped(projection.name, false)
    }
  }

  const keepGoing = async (): Promise<void> => {
    while (!signal.aborted) {
      const rows = projector(db, projection)
      try {
        await follow(rows)
      } catch (error) {
        const isNews = problem?.why !== messageOf(error)
        problem = { why: messageOf(error), passes: passes(error) }
        observer.stopped(projection.name, true)
        if (isNews) observer.problem(`projection ${projection.name}`, problem.why)
        if (!problem.passes) await rows.markStopped(problem.why).catch(() => undefined)
        await pause(PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)] ?? 1_000, signal)
        failures += 1
      }
    }
  }

  return {
    check: () => ({ name: `projection ${projection.name}`, ok: problem === undefined, detail: problem?.why ?? `at ${sequence}` }),
    done: keepGoing(),
  }
}
