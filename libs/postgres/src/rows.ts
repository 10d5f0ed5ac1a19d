import type { DomainEvent, Projection, Row } from '@zyra/es'
import type { Postgres } from './database.ts'
import { PostgresError } from './errors.ts'
import type { Position } from './position.ts'
import { ORIGIN } from './position.ts'
import type { Tables } from './tables.ts'
import { checkpointsOf, hashColumn, hashOf, tablesOf } from './tables.ts'

/** A row and the positions between which it was so: from the event at `from` until just before the one at `to` (undefined: it still is). */
export interface RowVersion<R extends Row> {
  readonly key: string
  readonly row: R
  readonly from: Position
  readonly to: Position | undefined
}

/** What was found, and the position of the log up to which all events had been applied when it was read: both from one moment. */
export interface Answer<Found> {
  readonly found: Found
  readonly currentTo: Position
}

/** `asOf`: the rows just after the event at this position; unless told otherwise, as they are now. */
export interface AsOf {
  readonly asOf?: Position
}

export interface Page extends AsOf {
  /** At most 1,000; 100 unless told otherwise. */
  readonly limit?: number
  /** Only rows whose keys come after this one. */
  readonly after?: string
}

export interface HistoryPage {
  readonly limit?: number
  readonly after?: Position
}

/** Reads the rows of one projection. All of it throws PostgresError. */
export interface Rows<R extends Row> {
  readonly get: (merchant: string, key: string, options?: AsOf) => Promise<Answer<RowVersion<R> | undefined>>
  /**
   * Rows whose fields equal all of these, by key; `{}` finds all of the merchant. Throws RangeError for fields that are not in the
   * projection's `indexes`. Fast for rows as they are; "as of" looks through all versions of the merchant.
   */
  readonly find: (merchant: string, where: Partial<R>, options?: Page) => Promise<Answer<readonly RowVersion<R>[]>>
  /** All that the row ever was, oldest first: at most `limit` versions (1,000 unless told otherwise) that begin after `after`. */
  readonly history: (merchant: string, key: string, options?: HistoryPage) => Promise<Answer<readonly RowVersion<R>[]>>
}

interface Stored<R> {
  readonly at_epoch: number
  readonly at_sequence: string
  readonly key: string | null
  readonly from_epoch: number
  readonly from_sequence: string
  readonly to_epoch: number | null
  readonly to_sequence: string | null
  readonly row: R
}

const LARGEST_PAGE = 1_000

const versionOf = <R extends Row>(stored: Stored<R>): RowVersion<R>[] =>
  stored.key === null
    ? []
    : [{
        key: stored.key,
        row: stored.row,
        from: { epoch: stored.from_epoch, sequence: Number(stored.from_sequence) },
        to: stored.to_epoch === null ? undefined : { epoch: stored.to_epoch, sequence: Number(stored.to_sequence) },
      }]

/** Numbers its values as it goes. */
const parameters = () => {
  const values: unknown[] = []
  return { values, put: (value: unknown, type: string) => `$${values.push(value)}::${type}` }
}

type Put = ReturnType<typeof parameters>['put']

const at = (put: Put, { epoch, sequence }: Position) => `(${put(epoch, 'int')}, ${put(sequence, 'bigint')})`

const standing = ({ current }: Tables) =>
  `select merchant, key, from_epoch, from_sequence, null::int as to_epoch, null::bigint as to_sequence, row from ${current}`
const ended = ({ history }: Tables) => `select merchant, key, from_epoch, from_sequence, to_epoch, to_sequence, row from ${history}`

const pageSize = (limit: number): number => {
  if (Number.isInteger(limit) && limit >= 1 && limit <= LARGEST_PAGE) return limit
  throw new RangeError(`limit must be an integer from 1 to ${LARGEST_PAGE}, found ${limit}`)
}

/** See Rows. A projection that was never run has no rows and is current to ORIGIN. */
export const rows = <E extends DomainEvent, R extends Row>(db: Postgres, projection: Projection<E, R>): Rows<R> => {
  const tables = tablesOf('live', projection)
  const indexed = new Set<string>(projection.indexes)

  const read = async (values: readonly unknown[], put: Put, select: string): Promise<Answer<readonly RowVersion<R>[]>> => {
    const sql = `select checkpoint.epoch as at_epoch, checkpoint.sequence as at_sequence, found.*
      from ${checkpointsOf('live')} checkpoint left join (${select}) found on true
      where checkpoint.name = ${put(projection.name, 'text')} order by found.key, found.from_epoch, found.from_sequence`
    try {
      const stored = await db.query<Stored<R>>(sql, values)
      const [first] = stored
      const currentTo = first === undefined ? ORIGIN : { epoch: first.at_epoch, sequence: Number(first.at_sequence) }
      return { found: stored.flatMap(versionOf), currentTo }
    } catch (error) {
      if (error instanceof PostgresError && error.code === UNDEFINED_TABLE) return { found: [], currentTo: ORIGIN }
      throw error
    }
  }

  const equals = (put: Put, field: string, value: unknown, hashed: boolean) => {
    if (!indexed.has(field)) throw new RangeError(`Projection ${projection.name} has no index on "${field}": add it to its indexes`)
    const json = put(JSON.stringify(value ?? null), 'jsonb')
    return `row->'${field}' = ${json}${hashed ? ` and ${hashColumn(field)} = ${hashOf(json)}` : ''}`
  }

  /** The rows that meet the conditions; `conditions(true)` may use the columns of indexed fields. */
  const select = (put: Put, asOf: Position | undefined, conditions: (hashed: boolean) => readonly string[]) => {
    if (asOf === undefined) return `${standing(tables)} where ${conditions(true).join(' and ')}`
    const from = `(from_epoch, from_sequence) <= ${at(put, asOf)}`
    return `${standing(tables)} where ${[...conditions(true), from].join(' and ')}
      union all ${ended(tables)} where ${[...conditions(false), from].join(' and ')} and (to_epoch, to_sequence) > ${at(put, asOf)}`
  }

  return {
    get: async (merchant, key, { asOf } = {}) => {
      const { values, put } = parameters()
      const row = `merchant = ${put(merchant, 'text')} and key = ${put(key, 'text')}`
      const { found, currentTo } = await read(values, put, select(put, asOf, () => [row]))
      return { found: found[0], currentTo }
    },
    find: async (merchant, where, { asOf, limit = 100, after } = {}) => {
      const { values, put } = parameters()
      const own = `merchant = ${put(merchant, 'text')}`
      const later = after === undefined ? [] : [`key > ${put(after, 'text')} collate "C"`]
      const matching = select(put, asOf, (hashed) => [
        own, ...later, ...Object.entries(where).map(([field, value]) => equals(put, field, value, hashed)),
      ])
      return read(values, put, `${matching} order by key limit ${put(pageSize(limit), 'int')}`)
    },
    history: async (merchant, key, { limit = LARGEST_PAGE, after } = {}) => {
      const { values, put } = parameters()
      const later = after === undefined ? '' : ` and (from_epoch, from_sequence) > ${at(put, after)}`
      const own = `where merchant = ${put(merchant, 'text')} and key = ${put(key, 'text')}${later}`
      return read(values, put, `${standing(tables)} ${own} union all ${ended(tables)} ${own}
        order by from_epoch, from_sequence limit ${put(pageSize(limit), 'int')}`)
    },
  }
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const UNDEFINED_TABLE = '42P01'
