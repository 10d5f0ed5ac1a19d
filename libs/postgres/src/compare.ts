import { isDeepStrictEqual } from 'node:util'
import type { AnyProjection, Row } from '@zyra/es'
import type { Postgres } from './database.ts'
import { PositionLost } from './errors.ts'
import type { Position } from './position.ts'
import { comparePositions } from './position.ts'
import type { Side } from './tables.ts'
import { readCheckpoint, tablesOf } from './tables.ts'

/** One field that differs. `field` is `(row)` where one side has no such version, `(to)` where the versions end at different positions. */
export interface Difference {
  readonly merchant: string
  readonly key: string
  /** The position from which on they differ. */
  readonly from: Position
  readonly field: string
  readonly live: unknown
  readonly rebuilt: unknown
}

/** Live and rebuilt rows side by side. */
export interface Comparison {
  readonly identical: boolean
  /** Everything up to here was compared: rows, what they were before, and when they changed. */
  readonly upTo: Position
  /** Versions of rows that stand on at least one side. Zero: nothing was compared. */
  readonly compared: number
  /** Versions that differ. */
  readonly different: number
  /** The first differences, by merchant and key. */
  readonly differences: readonly Difference[]
}

const SHOWN_VERSIONS = 20

interface Pair {
  readonly different: string
  readonly merchant: string
  readonly key: string
  readonly from_epoch: number
  readonly from_sequence: string
  readonly live: Row | null
  readonly rebuilt: Row | null
  readonly live_to: Position | null
  readonly rebuilt_to: Position | null
}

const differencesOf = ({ merchant, key, from_epoch, from_sequence, live, rebuilt, live_to, rebuilt_to }: Pair): Difference[] => {
  const where = { merchant, key, from: { epoch: from_epoch, sequence: Number(from_sequence) } }
  if (live === null || rebuilt === null) return [{ ...where, field: '(row)', live: live ?? undefined, rebuilt: rebuilt ?? undefined }]
  const ends = { ...where, field: '(to)', live: live_to ?? undefined, rebuilt: rebuilt_to ?? undefined }
  const fields = [...new Set([...Object.keys(live), ...Object.keys(rebuilt)])].sort()
  return [
    ...fields.map((field) => ({ ...where, field, live: live[field], rebuilt: rebuilt[field] })),
    ends,
  ].filter((pair) => !isDeepStrictEqual(pair.live, pair.rebuilt))
}

/** As the side stood at the position ($1, $2): what began later is not there, what ended later had not ended. */
const sideAt = (side: Side, projection: AnyProjection): string => {
  const { current, history } = tablesOf(side, projection)
  const upTo = '($1::int, $2::bigint)'
  const ends = `case when (to_epoch, to_sequence) <= ${upTo} then jsonb_build_object('epoch', to_epoch, 'sequence', to_sequence) end`
  const begun = `where (from_epoch, from_sequence) <= ${upTo}`
  return `select merchant, key, from_epoch, from_sequence, row, ${ends} as ends from ${history} ${begun}
    union all select merchant, key, from_epoch, from_sequence, row, null from ${current} ${begun}`
}

const missing = (name: string, side: Side) =>
  new PositionLost(`Projection ${name} has no ${side} rows to compare: ${side === 'live' ? 'run' : 'rebuild'} it first`)

/**
 * Compares live with rebuilt rows up to the last position that both have reached, with all that the rows were before: any answer "as of".
 * Throws PositionLost if one of them is missing, and PostgresError.
 */
export const compare = (db: Postgres, projection: AnyProjection): Promise<Comparison> =>
  db.transaction(async (query) => {
    await query('set transaction isolation level repeatable read, read only')
    const live = await readCheckpoint(query, 'live', projection.name)
    const rebuilt = await readCheckpoint(query, 'rebuilt', projection.name)
    if (live === undefined) throw missing(projection.name, 'live')
    if (rebuilt === undefined) throw missing(projection.name, 'rebuilt')
    const upTo = comparePositions(live.position, rebuilt.position) < 0 ? live.position : rebuilt.position
    const both = `(${sideAt('live', projection)}) live full join (${sideAt('rebuilt', projection)}) rebuilt
      using (merchant, key, from_epoch, from_sequence)`
    const values = [upTo.epoch, upTo.sequence]
    const [counted] = await query<{ compared: string }>(`select count(*) as compared from ${both}`, values)
    const pairs = await query<Pair>(
      `select count(*) over () as different, merchant, key, from_epoch, from_sequence,
         live.row as live, rebuilt.row as rebuilt, live.ends as live_to, rebuilt.ends as rebuilt_to
       from ${both} where live.row is distinct from rebuilt.row or live.ends is distinct from rebuilt.ends
       order by merchant, key, from_epoch, from_sequence limit ${SHOWN_VERSIONS}`,
      values,
    )
    const different = Number(pairs[0]?.different ?? 0)
    const compared = Number(counted?.compared ?? 0)
    return { identical: different === 0, upTo, compared, different, differences: pairs.flatMap(differencesOf) }
  })
