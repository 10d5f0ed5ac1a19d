import type { AnyProjection, Recorded } from '@zyra/es'
import type { Applied } from './apply.ts'
import { applyBatch } from './apply.ts'
import type { Postgres } from './database.ts'
import { PositionLost } from './errors.ts'
import type { Position } from './position.ts'
import { ORIGIN } from './position.ts'
import { checkpointsOf, makeLive, readCheckpoint } from './tables.ts'

/** Keeps the live rows of one projection. */
export interface Projector {
  /** Where the rows stand, ORIGIN for new ones; makes their tables. Read the log from the event after it and `apply` each batch. */
  readonly position: () => Promise<Position>
  /** True if the rows were written by another version of the projection: `apply` refuses until they were rebuilt. */
  readonly needsRebuild: () => Promise<boolean>
  /**
   * Rows and checkpoint move together or not at all. Events that stand before the checkpoint are skipped, so a batch may be handed in
   * again whenever its fate is unknown, and two processes may run one projection. Call it for one batch at a time.
   * `upTo` is how far the log was read, even if nothing there concerned the projection.
   * Throws ProjectionFailed (a handler threw), PositionLost (no `position()` yet, or the rows moved back, as in a restored database),
   * VersionMismatch (rows of another version), RangeError (a batch out of order), PostgresError.
   */
  readonly apply: (events: readonly Recorded[], upTo: Position) => Promise<Applied>
  /** Says that the rows are of another life of the log than the one that is read: they need a rebuild from now on, wherever they stand. */
  readonly disown: () => Promise<void>
  /** Records why the projection stands still; the next batch that is applied clears it. */
  readonly markStopped: (reason: string) => Promise<void>
}

/** Versions of projections begin at 1. */
const NO_VERSION = 0

/** See Projector. Two projectors of one projection, in one process or in several, do not disturb each other. */
export const projector = (db: Postgres, projection: AnyProjection): Projector => {
  let follows: Position | undefined

  const checkpoint = async () => {
    await makeLive(db, projection)
    return readCheckpoint(db.query, 'live', projection.name)
  }

  return {
    position: async () => {
      follows = (await checkpoint())?.position ?? ORIGIN
      return follows
    },
    needsRebuild: async () => (await checkpoint())?.version !== projection.version,
    apply: async (events, upTo) => {
      const after = follows
      if (after === undefined) throw new PositionLost(`Ask for the position of ${projection.name} before applying to it`)
      const applied = await db.transaction((query) => applyBatch(query, 'live', projection, { events, upTo }, after))
      follows = upTo
      return applied
    },
    disown: async () => {
      const sql = `update ${checkpointsOf('live')} set version = $2, epoch = $3, sequence = $4, updated_at = now() where name = $1`
      await db.query(sql, [projection.name, NO_VERSION, ORIGIN.epoch, ORIGIN.sequence])
    },
    markStopped: async (reason) => {
      const sql = `update ${checkpointsOf('live')} set stopped_because = $2, updated_at = now() where name = $1`
      await db.query(sql, [projection.name, reason])
    },
  }
}

/** The state of one projection, for health, metrics and people. */
export interface ProjectionState {
  readonly name: string
  readonly version: number
  readonly position: Position
  readonly stoppedBecause: string | undefined
  readonly updatedAt: Date
}

interface StateRow {
  readonly name: string
  readonly version: number
  readonly epoch: number
  readonly sequence: string
  readonly stopped_because: string | null
  readonly updated_at: Date
}

/** All projections that have live rows, by name. */
export const projectionStates = async (db: Postgres): Promise<readonly ProjectionState[]> => {
  const rows = await db.query<StateRow>(`select * from ${checkpointsOf('live')} order by name`)
  return rows.map(({ name, version, epoch, sequence, stopped_because, updated_at }) => ({
    name, version, position: { epoch, sequence: Number(sequence) }, stoppedBecause: stopped_because ?? undefined, updatedAt: updated_at,
  }))
}
