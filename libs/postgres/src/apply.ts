import type { AnyProjection, Recorded, Row } from '@zyra/es'
import { frozen } from './canonical.ts'
import type { Query } from './database.ts'
import { PositionLost, VersionMismatch } from './errors.ts'
import { addressed, addressText, foldBatch } from './fold.ts'
import type { Address, Addressed, Folded } from './fold.ts'
import type { Position } from './position.ts'
import { comparePositions, inWords, positionOf } from './position.ts'
import type { Checkpoint, Side, Tables } from './tables.ts'
import { checkpointsOf, lockCheckpoint, tablesOf } from './tables.ts'

/** Events in the order of the log, and how far the log was read: up to and including `upTo`, even if no event there concerned anybody. */
export interface Batch {
  readonly events: readonly Recorded[]
  readonly upTo: Position
}

/** What became of a batch. */
export interface Applied {
  /** Events that were not applied before; those that the projection has no handler for count too. */
  readonly events: number
  /** Versions of rows that were written. */
  readonly versions: number
  /** Where the rows stand now. */
  readonly position: Position
}

/** Throws unless events ascend and none is after `upTo`: a batch of another shape is a bug of its maker. */
export const checkBatch = ({ events, upTo }: Batch): void => {
  const positions = [...events.map(positionOf), upTo]
  positions.forEach((position, index) => {
    const before = positions[index - 1]
    if (!Number.isSafeInteger(position.epoch) || !Number.isSafeInteger(position.sequence)) {
      throw new RangeError(`A position needs an integer epoch and sequence, found ${inWords(position)}`)
    }
    const step = before === undefined ? 1 : comparePositions(position, before)
    if (step < 0 || (step === 0 && index < events.length)) {
      throw new RangeError(`A batch must be in the order of the log, found ${inWords(position)} after ${inWords(before ?? position)}`)
    }
  })
}

const checkCheckpoint = ({ version, position }: Checkpoint, projection: AnyProjection, follows: Position): void => {
  const rows = `Rows of ${projection.name}`
  if (version !== projection.version) {
    const expected = `are of version ${version}, the projection is of version ${projection.version}`
    throw new VersionMismatch(`${rows} ${expected}: rebuild them, or run the newer release`)
  }
  if (comparePositions(position, follows) < 0) {
    const found = `stand at ${inWords(position)}, but the batch follows ${inWords(follows)}`
    throw new PositionLost(`${rows} ${found}: ask for the position and read the log again from there`)
  }
}

const columns = <Item>(items: readonly Item[], ...fields: ((item: Item) => unknown)[]) => fields.map((field) => items.map(field))
const merchant = (at: Address) => at.merchant
const key = (at: Address) => at.key

const currentRows = async (query: Query, { current }: Tables, events: readonly Addressed[]): Promise<Map<string, Row>> => {
  const addresses = [...new Map(events.map(({ address }) => [addressText(address), address])).values()]
  if (addresses.length === 0) return new Map()
  const found = await query<Address & { row: Row }>(
    `select merchant, key, row from unnest($1::text[], $2::text[]) as touched (merchant, key) join ${current} using (merchant, key)`,
    columns(addresses, merchant, key),
  )
  return new Map(found.map((stored) => [addressText(stored), frozen(stored.row)]))
}

/** The version that was current is copied from where it stands; those that began and ended within the batch come along. */
const writeHistory = async (query: Query, { current, history }: Tables, { closings, versions }: Folded): Promise<void> => {
  const ended = versions.filter(({ to }) => to !== undefined)
  if (closings.length + ended.length === 0) return
  await query(
    `insert into ${history} (merchant, key, from_epoch, from_sequence, to_epoch, to_sequence, row)
     select merchant, key, from_epoch, from_sequence, to_epoch, to_sequence, row
     from unnest($1::text[], $2::text[], $3::int[], $4::bigint[]) as closing (merchant, key, to_epoch, to_sequence)
     join ${current} using (merchant, key)
     union all
     select merchant, key, from_epoch, from_sequence, to_epoch, to_sequence, row::jsonb
     from unnest($5::text[], $6::text[], $7::int[], $8::bigint[], $9::int[], $10::bigint[], $11::text[])
       as ended (merchant, key, from_epoch, from_sequence, to_epoch, to_sequence, row)`,
    [
      ...columns(closings, merchant, key, ({ to }) => to.epoch, ({ to }) => to.sequence),
      ...columns(
        ended, merchant, key, ({ from }) => from.epoch, ({ from }) => from.sequence,
        ({ to }) => to?.epoch, ({ to }) => to?.sequence, ({ text }) => text,
      ),
    ],
  )
}

const writeCurrent = async (query: Query, { current }: Tables, { versions, gone }: Folded): Promise<void> => {
  const standing = versions.filter(({ to }) => to === undefined)
  if (standing.length > 0) {
    await query(
      `insert into ${current} (merchant, key, from_epoch, from_sequence, row)
       select merchant, key, from_epoch, from_sequence, row::jsonb
       from unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::text[]) as standing (merchant, key, from_epoch, from_sequence, row)
       on conflict (merchant, key) do update
       set from_epoch = excluded.from_epoch, from_sequence = excluded.from_sequence, row = excluded.row`,
      columns(standing, merchant, key, ({ from }) => from.epoch, ({ from }) => from.sequence, ({ text }) => text),
    )
  }
  if (gone.length > 0) {
    await query(
      `delete from ${current} using unnest($1::text[], $2::text[]) as gone (merchant, key)
       where ${current}.merchant = gone.merchant and ${current}.key = gone.key`,
      columns(gone, merchant, key),
    )
  }
}

/**
 * Folds a batch into the rows of one side, within the caller's transaction: locks the checkpoint, skips what stands before it,
 * writes rows, moves the checkpoint to `upTo`. `follows` is where the reader of the log stood before this batch.
 * Throws ProjectionFailed, PositionLost, VersionMismatch, PostgresError, and RangeError for a batch out of order.
 */
export const applyBatch = async (
  query: Query, side: Side, projection: AnyProjection, batch: Batch, follows: Position,
): Promise<Applied> => {
  checkBatch(batch)
  const checkpoint = await lockCheckpoint(query, side, projection.name)
  checkCheckpoint(checkpoint, projection, follows)
  if (comparePositions(batch.upTo, checkpoint.position) <= 0) return { events: 0, versions: 0, position: checkpoint.position }

  const fresh = batch.events.filter((event) => comparePositions(positionOf(event), checkpoint.position) > 0)
  const events = addressed(projection, fresh)
  const tables = tablesOf(side, projection)
  const folded = foldBatch(projection, await currentRows(query, tables, events), events)
  await writeHistory(query, tables, folded)
  await writeCurrent(query, tables, folded)
  await query(
    `update ${checkpointsOf(side)} set epoch = $2, sequence = $3, stopped_because = null, updated_at = now() where name = $1`,
    [projection.name, batch.upTo.epoch, batch.upTo.sequence],
  )
  return { events: fresh.length, versions: folded.versions.length, position: batch.upTo }
}
