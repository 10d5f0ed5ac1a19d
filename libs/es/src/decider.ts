import type { DomainEvent } from './event.ts'

/** What somebody wants to happen. Time, ids and random numbers are part of its data. */
export interface DomainCommand {
  readonly type: string
}

/**
 * The rules of one kind of aggregate, as two pure functions and a value.
 * `evolve` is total: it accepts every event the aggregate ever recorded. `decide` sees only evolved state.
 */
export interface Decider<Command extends DomainCommand, Event extends DomainEvent, State> {
  /** The aggregate's name in subjects: lower case, words joined by `-`. */
  readonly aggregate: string
  /** Raised whenever `decide` or `evolve` may answer differently; recorded with every decision. */
  readonly version: number
  readonly initialState: State
  readonly decide: (command: Command, state: State) => readonly Event[]
  readonly evolve: (state: State, event: Event) => State
}

/** What a state may be: what JSON can say. Anything else in it (a `Date`, a `Map`, a function) becomes `never`, which no value has. */
export type Plain<Value> = Value extends string | number | boolean | null | undefined
  ? Value
  : Value extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | Date | bigint | symbol | ((...given: never) => unknown)
    ? never
    : { readonly [Key in keyof Value]: Plain<Value[Key]> }

/** A decider whose types are not known here, as the runtime and the replay hold it. */
export interface AnyDecider {
  readonly aggregate: string
  readonly version: number
  readonly initialState: unknown
  readonly decide: (command: never, state: never) => readonly DomainEvent[]
  readonly evolve: (state: never, event: never) => unknown
}

/**
 * Declares a decider; exists so that its types are inferred and checked in one place. The state of a long aggregate is stored as JSON, so a
 * state that JSON cannot hold does not compile.
 */
export const decider = <Command extends DomainCommand, Event extends DomainEvent, State>(
  definition: Decider<Command, Event, State> & { readonly initialState: Plain<State> },
): Decider<Command, Event, State> => Object.freeze(definition)

/** Folds events into state, oldest first. */
export const fold = <Event extends DomainEvent, State>(
  { evolve, initialState }: Pick<Decider<never, Event, State>, 'evolve' | 'initialState'>,
  events: readonly Event[],
  from: State = initialState,
): State => events.reduce(evolve, from)
