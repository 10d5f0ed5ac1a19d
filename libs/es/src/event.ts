/** A fact in the past tense: its full name (`inventory.StockObserved`) and what it says. */
export interface DomainEvent<Name extends string = string, Data = unknown> {
  readonly type: Name
  readonly data: Data
}

/** Who caused an event, where it stands in the log, and what it belongs to. The runtime fills it; handlers only read it. */
export interface EventMeta {
  /** Deterministic id (UUID v5). */
  readonly id: string
  /** ISO 8601, UTC. For people and for deadlines: never for order, which is by position. */
  readonly time: string
  readonly merchant: string
  readonly service: string
  readonly aggregate: string
  readonly aggregateId: string
  /** Position in the log: a restored log starts a new epoch, a sequence only counts within its epoch. */
  readonly epoch: number
  readonly sequence: number
  /** The id of the event that entered from outside and started it all. */
  readonly correlationId: string
  /** The id of the event that directly caused this one; its own id for events from outside. */
  readonly causationId: string
  /** Who did it: `policy:<name>`, `reactor:<name>`, `webhook:shopify`, `user:<id>`. */
  readonly actor: string
  /** True for history that was loaded later; policies ignore it unless they opt in. */
  readonly backfill: boolean
}

/** An event as it stands in the log. */
export type Recorded<E extends DomainEvent = DomainEvent> = E & { readonly meta: EventMeta }

/** The event of a union that has this name. */
export type EventNamed<E extends DomainEvent, Name extends E['type']> = Extract<E, { readonly type: Name }>
