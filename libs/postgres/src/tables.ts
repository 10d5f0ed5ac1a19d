import type { AnyProjection } from '@zyra/es'
import type { Postgres, Query } from './database.ts'
import { PositionLost } from './errors.ts'
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
  const made = [`${name}__history_pkey`, ...indexes.map((field) => indexName(projection, field))]
  const longest = made.find((each) => each.length > LONGEST_NAME)
  return longest === undefined ? projection : refuse(`projection ${name}`, longest, `names of at most ${LONGEST_NAME} characters`)
}

/** The tables of one projection, quoted. */
export interface Tables {
  /** Rows as they are. */
  readonly current: string
  /** What rows were before: versions that ended. */
  readonly history: string
}

/** Throws if the projection's name or its indexed fields are no fit names. */
export const tablesOf = (side: Side, projection: Named): Tables => {
  const { name } = checked(projection)
  return { current: `${schemas[side]}."${name}"`, history: `${schemas[side]}."${name}__history"` }
}

/** The table of checkpoints. */
export const checkpointsOf = (side: Side): string => `${schemas[side]}.projection_checkpoint`

/** SQL for the hash of a jsonb value. */
export const hashOf = (value: string): string => `jsonb_hash_extended(${value}, 0)`

/** The column that a field is indexed by. */
export const hashColumn = (field: string): string => `"by_${field}"`

const identity = 'merchant text collate "C" not null, key text collate "C" not null, from_epoch int not null, from_sequence bigint not null'

/*
 * Indexed fields are columns of their own: an update that leaves them as they were touches no index (a heap-only tuple, for which
 * half of each page is kept free). By hash, since an entry of a btree holds at most 2,704 bytes and no vendor's text may stop a projection.
 */
const create = async (query: Query, side: Side, projection: AnyProjection): Promise<void> => {
  const { current, history } = tablesOf(side, projection)
  await query(`create table if not exists ${current} (${identity}, row jsonb not null, primary key (merchant, key)) with (fillfactor = 50)`)
  await query(`create table if not exists ${history} (
    ${identity}, to_epoch int not null, to_sequence bigint not null, row jsonb not null,
    primary key (merchant, key, from_epoch, from_sequence)
  )`)
  for (const field of projection.indexes ?? []) {
    const column = hashColumn(field)
    const generated = `generated always as (${hashOf(`row->'${field}'`)}) stored`
    await query(`alter table ${current} add column if not exists ${column} bigint ${generated}`)
    await query(`create index if not exists "${indexName(projection, field)}" on ${current} (merchant, ${column}, key)`)
  }
  await query(
    `insert into ${checkpointsOf(side)} (name, version, epoch, sequence) values ($1, $2, $3, $4) on conflict do nothing`,
    [projection.name, projection.version, ORIGIN.epoch, ORIGIN.sequence],
  )
}

/** One process at a time: `create ... if not exists` by two at once fails. */
const lockName = (query: Query, name: string) =>
  query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`zyra projection ${name}`])

/** Makes the live tables, their indexes and the checkpoint where they are missing. */
export const makeLive = (db: Postgres, projection: AnyProjection): Promise<void> =>
  db.transaction(async (query) => {
    await lockName(query, projection.name)
    await create(query, 'live', projection)
  })

/** Drops the rows of the side with their checkpoint. */
export const drop = async (query: Query, side: Side, projection: Named): Promise<void> => {
  const { current, history } = tablesOf(side, projection)
  await query(`drop table if exists ${current}, ${history}`)
  await query(`delete from ${checkpointsOf(side)} where name = $1`, [projection.name])
}

/** Makes the rebuilt tables anew, empty. */
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

/** The checkpoint, undefined before the tables were made. `lock` keeps everybody else from moving it until the transaction ends. */
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
