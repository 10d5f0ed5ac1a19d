import type { AnyProjection } from '@zyra/es'
import { PositionLost } from './errors.ts'
import type { Postgres, Query } from './database.ts'
import type { Position } from './position.ts'
import { ORIGIN } from './position.ts'

/** Rows that are read, and rows that a rebuild fills beside them. Each side is a schema with the same names in it. */
export type Side = 'live' | 'rebuilt'

const schemas: Readonly<Record<Side, string>> = { live: 'zyra', rebuilt: 'zyra_rebuild' }

/** Postgres cuts longer names off without an error. */
const LONGEST_NAME = 63

/** How far the rows of a projection are, and which version of it wrote them. */
export interface Checkpoint {
  readonly version: number
  readonly position: Position
}

type Named = Pick<AnyProjection, 'name' | 'indexes'>

const indexName = ({ name }: Named, field: string) => `${name}__by__${field}`

const refuse = (what: string, found: string, expected: string): never => {
  throw new Error(`${what} "${found}" cannot be used in Postgres: expected ${expected}. Rename it.`)
}

const checked = (projection: Named): Named => {
  const { name, indexes = [] } = projection
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)+$/.test(name) || name === 'projection_checkpoint') {
    refuse('projection', name, '<service>_<what>, lower case, words joined by _')
  }
  for (const field of indexes) {
    if (!/^[A-Za-z][A-Za-z0-9]*$/.test(field)) refuse(`index of projection ${name}`, field, 'a field of letters and digits')
  }
  const longest = [`${name}__current`, ...indexes.map((field) => indexName(projection, field))].find((made) => made.length > LONGEST_NAME)
  return longest === undefined ? projection : refuse(`projection ${name}`, longest, `names of at most ${LONGEST_NAME} characters`)
}

/** The table of a projection's rows, quoted. Throws if its name or its indexed fields are no fit names. */
export const tableOf = (side: Side, projection: Named): string => `${schemas[side]}."${checked(projection).name}"`

/** The table of checkpoints. */
export const checkpointsOf = (side: Side): string => `${schemas[side]}.projection_checkpoint`

/** Indexed by hash, since an entry of a btree holds at most 2,704 bytes and no text of a vendor may stop a projection. */
export const fieldHash = (field: string): string => `jsonb_hash_extended(row->'${field}', 0)`

const create = async (query: Query, side: Side, projection: AnyProjection): Promise<void> => {
  const table = tableOf(side, projection)
  await query(`create table if not exists ${table} (
    merchant text collate "C" not null,
    key text collate "C" not null,
    from_epoch int not null,
    from_sequence bigint not null,
    to_epoch int,
    to_sequence bigint,
    row jsonb not null,
    primary key (merchant, key, from_epoch, from_sequence),
    check ((to_epoch is null) = (to_sequence is null))
  )`)
  await query(`create unique index if not exists "${projection.name}__current" on ${table} (merchant, key) where to_sequence is null`)
  for (const field of projection.indexes ?? []) {
    await query(
      `create index if not exists "${indexName(projection, field)}" on ${table} (merchant, ${fieldHash(field)}, key) where to_sequence is null`,
    )
  }
  await query(
    `insert into ${checkpointsOf(side)} (name, version, epoch, sequence) values ($1, $2, $3, $4) on conflict do nothing`,
    [projection.name, projection.version, ORIGIN.epoch, ORIGIN.sequence],
  )
}

/** One process at a time: `create ... if not exists` by two at once fails. */
const lockName = (query: Query, name: string) => query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`zyra projection ${name}`])

/** Makes the live table, its indexes and its checkpoint where they are missing. */
export const makeLive = (db: Postgres, projection: AnyProjection): Promise<void> =>
  db.transaction(async (query) => {
    await lockName(query, projection.name)
    await create(query, 'live', projection)
  })

/** Drops the rows of the side with their checkpoint. */
export const drop = async (query: Query, side: Side, projection: Named): Promise<void> => {
  await query(`drop table if exists ${tableOf(side, projection)}`)
  await query(`delete from ${checkpointsOf(side)} where name = $1`, [projection.name])
}

/** Makes the rebuilt table anew, empty. */
export const makeRebuilt = (db: Postgres, projection: AnyProjection): Promise<void> =>
  db.transaction(async (query) => {
    await lockName(query, projection.name)
    await drop(query, 'rebuilt', projection)
    await create(query, 'rebuilt', projection)
  })

interface CheckpointRow {
  readonly version: number
  readonly epoch: number
  readonly sequence: string
}

/** The checkpoint, undefined before the table was made. `lock` keeps everybody else from moving it until the transaction ends. */
export const readCheckpoint = async (query: Query, side: Side, name: string, lock = false): Promise<Checkpoint | undefined> => {
  const sql = `select version, epoch, sequence from ${checkpointsOf(side)} where name = $1${lock ? ' for update' : ''}`
  const [row] = await query<CheckpointRow>(sql, [name])
  return row && { version: row.version, position: { epoch: row.epoch, sequence: Number(row.sequence) } }
}

/** As readCheckpoint, locked; throws PositionLost where there is none. */
export const lockCheckpoint = async (query: Query, side: Side, name: string): Promise<Checkpoint> => {
  const checkpoint = await readCheckpoint(query, side, name, true)
  if (checkpoint === undefined) throw new PositionLost(`Projection ${name} has no ${side} rows: ask for its position first`)
  return checkpoint
}
