import type { DomainEvent, EventNamed, Recorded } from './event.ts'

/** A row is plain JSON. */
export type Row = Readonly<Record<string, unknown>>

/** Fills one kind of row from events: the row before (undefined: none), the event, the row after (undefined: gone). Pure. */
export interface Projection<E extends DomainEvent = DomainEvent, R extends Row = Row> {
  /** Also the table's name: lower case, words joined by `_`, prefixed by the service: `inventory_stock`. */
  readonly name: string
  /** Raised when handlers change what they write: rows of an older version are rebuilt. */
  readonly version: number
  /** Top-level fields of the row that are looked up by value. */
  readonly indexes?: readonly (keyof R & string)[]
  /** The row's key within the merchant; by default the id of the event's aggregate. */
  readonly key?: (event: Recorded<E>) => string
  readonly on: { readonly [Name in E['type']]?: (row: R | undefined, event: Recorded<EventNamed<E, Name>>) => R | undefined }
}

/** A projection whose types are not known here. */
export interface AnyProjection {
  readonly name: string
  readonly version: number
  readonly indexes?: readonly string[]
  readonly key?: (event: never) => string
  readonly on: Readonly<Record<string, ((row: never, event: never) => Row | undefined) | undefined>>
}

/** Declares a projection: `projection<EventsItReads, RowType>({...})`. */
export const projection = <E extends DomainEvent, R extends Row>(definition: Projection<E, R>): Projection<E, R> =>
  Object.freeze(definition)

/** The key of the row that an event concerns. */
export const rowKey = (target: Pick<AnyProjection, 'key'>, event: Recorded): string =>
  target.key === undefined ? event.meta.aggregateId : target.key(event as never)

/** The row after the event; the same object where the projection does not care for it. */
export const applyToRow = (target: AnyProjection, row: Row | undefined, event: Recorded): Row | undefined => {
  const handler = target.on[event.type]
  return handler === undefined ? row : handler(row as never, event as never)
}
