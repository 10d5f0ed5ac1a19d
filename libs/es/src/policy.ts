import type { DomainCommand } from './decider.ts'
import type { DomainEvent, EventNamed, Recorded } from './event.ts'

/** A command on its way to one aggregate of the same service and merchant. */
export interface Dispatch<Command extends DomainCommand = DomainCommand> {
  readonly aggregate: string
  readonly id: string
  readonly command: Command
}

/** What a handler of any kind says about itself. */
export interface HandlerDeclaration {
  /** Part of the ids of what it causes: never changed without `previously`. */
  readonly name: string
  /** Names it had before, so that a rename does not start at the end of the log again. */
  readonly previously?: readonly string[]
  /** True if it also acts on history that was loaded later. */
  readonly backfill?: boolean
}

/** Pure functions keyed by event name. */
export type HandlersOf<E extends DomainEvent, Result> = {
  readonly [Name in E['type']]?: (event: Recorded<EventNamed<E, Name>>) => Result
}

/** Turns events into commands for the deciders of its own service. Remembers nothing and looks nothing up. */
export interface Policy<E extends DomainEvent = DomainEvent, Command extends DomainCommand = DomainCommand> extends HandlerDeclaration {
  readonly on: HandlersOf<E, readonly Dispatch<Command>[]>
}

/** A policy whose types are not known here. */
export interface AnyPolicy extends HandlerDeclaration {
  readonly on: Readonly<Record<string, ((event: never) => readonly Dispatch[]) | undefined>>
}

/** Declares a policy: `policy<EventsItReads, CommandsItSends>({ name, on: { 'service.Event': (event) => [...] } })`. */
export const policy = <E extends DomainEvent, Command extends DomainCommand>(definition: Policy<E, Command>): Policy<E, Command> =>
  Object.freeze(definition)
