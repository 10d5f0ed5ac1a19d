import type { AnyProjection } from '@zyra/es'
import type { Batch } from './apply.ts'
import { applyBatch } from './apply.ts'
import type { Postgres, Query } from './database.ts'
import { PositionLost } from './errors.ts'
import type { Position } from './position.ts'
import { comparePositions, inWords, ORIGIN } from './position.ts'
import { checkpointsOf, drop, lockCheckpoint, makeLive, makeRebuilt, tablesOf } from './tables.ts'

/** Batches that follow each other, the first of them the position that they were asked from. */
export type Source = AsyncIterable<Batch>

/** What a rebuild did. */
export interface Rebuilt {
  readonly position: Position
  readonly events: number
  readonly versions: number
}

/**
 * Folds the log, from its first event to where `source` ends, into rows of their own beside the live ones, which go on meanwhile.
 * Starts over whatever an earlier rebuild left; a rebuild of the same projection that still runs elsewhere then fails with PositionLost.
 * Throws what `source` and Projector.apply throw.
 */
export const rebuild = async (db: Postgres, projection: AnyProjection, source: Source): Promise<Rebuilt> => {
  await makeRebuilt(db, projection)
  const done = { position: ORIGIN, events: 0, versions: 0 }
  for await (const batch of source) {
    const applied = await db.transaction(async (query) => {
      // A rebuild that a crash cuts short starts over, and the switch waits for the disk for all of it.
      await query('set local synchronous_commit to off')
      return applyBatch(query, 'rebuilt', projection, batch, done.position)
    })
    done.position = applied.position
    done.events += applied.events
    done.versions += applied.versions
  }
  return done
}

/** Drops rows of a rebuild that is not wanted any more. */
export const discardRebuilt = (db: Postgres, projection: AnyProjection): Promise<void> =>
  db.transaction((query) => drop(query, 'rebuilt', projection))

const catchUp = async (query: Query, projection: AnyProjection, from: Position, to: Position, source: Source): Promise<Position> => {
  let position = from
  for await (const batch of source) {
    position = (await applyBatch(query, 'rebuilt', projection, batch, position)).position
    if (comparePositions(position, to) >= 0) break
  }
  return position
}

const LOCK_TIMEOUT = '10s'

/**
 * Puts the rebuilt rows in the place of the live ones, in one transaction: a reader sees the rows of before or of after. The live projector
 * waits meanwhile and then goes on from where it was. What it applied since the rebuild ended is read from `missing`, which is asked
 * for the log after a position and may go on longer than needed. Returns the position of the new live rows.
 * Throws PositionLost if there are no rebuilt rows or they stay behind the live ones, and a transient PostgresError if a reader
 * keeps the tables for 10 s.
 */
export const switchTo = async (
  db: Postgres, projection: AnyProjection, missing?: (after: Position) => Source,
): Promise<Position> => {
  await makeLive(db, projection)
  return db.transaction(async (query) => {
    await query(`set local lock_timeout to '${LOCK_TIMEOUT}'`)
    const { position: live } = await lockCheckpoint(query, 'live', projection.name)
    const rebuilt = await lockCheckpoint(query, 'rebuilt', projection.name)
    const behind = comparePositions(rebuilt.position, live) < 0
    const position = behind && missing !== undefined
      ? await catchUp(query, projection, rebuilt.position, live, missing(rebuilt.position))
      : rebuilt.position
    if (comparePositions(position, live) < 0) {
      const found = `stand at ${inWords(position)}, live ones at ${inWords(live)}`
      throw new PositionLost(`Rebuilt rows of ${projection.name} ${found}: hand in the batches between`)
    }
    const [old, fresh] = [tablesOf('live', projection), tablesOf('rebuilt', projection)]
    await query(`drop table ${old.current}, ${old.history}`)
    await query(`alter table ${fresh.current} set schema zyra`)
    await query(`alter table ${fresh.history} set schema zyra`)
    await query(
      `update ${checkpointsOf('live')} live set version = rebuilt.version, epoch = rebuilt.epoch, sequence = rebuilt.sequence,
         stopped_because = null, updated_at = now()
       from ${checkpointsOf('rebuilt')} rebuilt where live.name = $1 and rebuilt.name = $1`,
      [projection.name],
    )
    await query(`delete from ${checkpointsOf('rebuilt')} where name = $1`, [projection.name])
    return position
  })
}
