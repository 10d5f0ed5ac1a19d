import { isDeepStrictEqual } from 'node:util'
import type { AnyProjection, Recorded, Row } from '@zyra/es'
import { applyToRow, rowKey } from '@zyra/es'
import { canonical } from './canonical.ts'
import { ProjectionFailed } from './errors.ts'
import type { Position } from './position.ts'
import { positionOf } from './position.ts'

/** Which row of which merchant. */
export interface Address {
  readonly merchant: string
  readonly key: string
}

/** What a row was from one position (included) to another (not included); `to` undefined: still is. */
export interface Version extends Address {
  readonly from: Position
  readonly to: Position | undefined
  /** The row as JSON. */
  readonly text: string
}

/** The end of the version that was current before the batch. */
export interface Closing extends Address {
  readonly to: Position
}

/** What a batch changes. */
export interface Folded {
  /** Versions that began in the batch, oldest first. */
  readonly versions: readonly Version[]
  readonly closings: readonly Closing[]
  /** Rows that were there before the batch and are gone after it. */
  readonly gone: readonly Address[]
}

/** An event and the row that it concerns. */
export interface Addressed {
  readonly event: Recorded
  readonly address: Address
}

/** A key is part of the primary key, whose entries hold at most 2,704 bytes. */
const LONGEST_KEY = 600

/** One text per address; merchants and keys hold no U+0000. */
export const addressText = ({ merchant, key }: Address): string => `${merchant}\u0000${key}`

const checkedKey = (key: unknown): string => {
  if (typeof key === 'string' && key.length <= LONGEST_KEY && !key.includes('\u0000') && key.isWellFormed()) return key
  const found = String(key).slice(0, 80)
  throw new TypeError(`expected a key of well-formed text of at most ${LONGEST_KEY} characters without U+0000, found ${found}`)
}

const naming = <T>(projection: AnyProjection, event: Recorded, step: () => T): T => {
  try {
    return step()
  } catch (cause) {
    throw new ProjectionFailed(projection.name, { id: event.meta.id, type: event.type }, positionOf(event), cause)
  }
}

/** The events that the projection has a handler for, with the rows they concern. Throws ProjectionFailed. */
export const addressed = (projection: AnyProjection, events: readonly Recorded[]): readonly Addressed[] =>
  events
    .filter(({ type }) => projection.on[type] !== undefined)
    .map((event) => {
      const key = naming(projection, event, () => checkedKey(rowKey(projection, event)))
      return { event, address: { merchant: event.meta.merchant, key } }
    })

/** A row in the middle of a batch; `opened` is the index of its newest version among those of this batch. */
interface Current {
  readonly row: Row | undefined
  readonly opened: number | undefined
}

const NONE: Current = { row: undefined, opened: undefined }

/**
 * Folds events, oldest first, over the rows as they stand. Pure: no clock, no database. Every version that held between two events is kept.
 * `current` maps addressText to the frozen row that Postgres holds. A handler that answers an equal row changes nothing.
 * Throws ProjectionFailed if a handler throws or answers what is no row.
 */
export const foldBatch = (projection: AnyProjection, current: ReadonlyMap<string, Row>, events: readonly Addressed[]): Folded => {
  const closings: Closing[] = []
  const versions: Version[] = []
  const states = new Map<string, Current>()

  const close = (address: Address, { row, opened }: Current, to: Position) => {
    const version = opened === undefined ? undefined : versions[opened]
    if (version !== undefined && opened !== undefined) versions[opened] = { ...version, to }
    else if (row !== undefined) closings.push({ ...address, to })
  }

  for (const { event, address } of events) {
    const at = addressText(address)
    const before = states.get(at) ?? { ...NONE, row: current.get(at) }
    const { row, text } = naming<{ row: Row | undefined; text?: string }>(projection, event, () => {
      const answer = applyToRow(projection, before.row, event)
      return answer === undefined || answer === before.row ? { row: answer } : canonical(answer)
    })
    const position = positionOf(event)
    if (row === undefined) {
      close(address, before, position)
      states.set(at, NONE)
    } else if (text !== undefined && !isDeepStrictEqual(row, before.row)) {
      close(address, before, position)
      states.set(at, { row, opened: versions.push({ ...address, from: position, to: undefined, text }) - 1 })
    }
  }
  const gone = closings.filter((closing) => states.get(addressText(closing))?.row === undefined)
  return { versions, closings, gone }
}
