import type { DomainEvent } from './event.ts'
import type { HandlerDeclaration, HandlersOf } from './policy.ts'

/**
 * The right to call the outside. `operational` keeps stock true, and what lowers it is let through even when everything is stopped;
 * `discretionary` carries the id of the verdict that allowed it; `internal` calls no vendor (a timer, a key).
 */
export type Permit =
  | { readonly class: 'operational'; readonly effect: 'lowers-stock' | 'keeps-stock-true' | 'reads' }
  | { readonly class: 'discretionary'; readonly verdictId: string }
  | { readonly class: 'internal' }

/** One side effect that an event asks for. */
export interface EffectRequest<Input> {
  readonly permit: Permit
  readonly input: Input
}

/** What came of a side effect: the port's answer, or why it was not done (stopped, or nobody can tell whether it happened). */
export type EffectResult<Output> = { readonly ok: true; readonly value: Output } | { readonly ok: false; readonly error: string }

/** What the runtime tells a port about the call. */
export interface EffectContext {
  readonly merchant: string
  /** Stable over retries of one effect, new for another: fit for a vendor's idempotency key. */
  readonly key: string
  /** 1, or more where a person had it tried again (a redrive). */
  readonly attempt: number
  /** True while everything is stopped: only what reduces the stock for sale may be done. */
  readonly onlyLower: boolean
  readonly signal: AbortSignal
}

/**
 * The outside world as a reactor sees it. `find` tells whether the effect already happened (undefined: it did not);
 * a port without it is never retried blindly after an attempt whose outcome is unknown.
 */
export interface Port<Input, Output> {
  readonly do: (input: Input, context: EffectContext) => Promise<Output>
  readonly find?: (input: Input, context: EffectContext) => Promise<Output | undefined>
}

/** Does one side effect for an event, through a port. What it asks for and what it records are pure functions. */
export interface Reactor<E extends DomainEvent, Input, Output, Outcome extends DomainEvent> extends HandlerDeclaration {
  /** The port's name among those that the service provides. */
  readonly port: string
  /** The aggregate that its attempts and outcomes are recorded under, with the id of the event's own aggregate. */
  readonly effect: string
  /** True where an effect sets a value, so that only the newest request of an aggregate matters. */
  readonly newestOnly?: boolean
  readonly on: HandlersOf<E, EffectRequest<Input> | undefined>
  readonly outcome: (input: Input, result: EffectResult<Output>) => readonly Outcome[]
}

/** A reactor whose types are not known here. */
export interface AnyReactor extends HandlerDeclaration {
  readonly port: string
  readonly effect: string
  readonly newestOnly?: boolean
  readonly on: Readonly<Record<string, ((event: never) => EffectRequest<unknown> | undefined) | undefined>>
  readonly outcome: (input: never, result: never) => readonly DomainEvent[]
}

/** Declares a reactor: `reactor<EventsItReads, PortType, OutcomeEvents>({...})`. */
export const reactor = <E extends DomainEvent, P extends Port<never, unknown>, Outcome extends DomainEvent>(
  definition: Reactor<E, InputOf<P>, OutputOf<P>, Outcome>,
): Reactor<E, InputOf<P>, OutputOf<P>, Outcome> => Object.freeze(definition)

/** What a port is asked. */
export type InputOf<P> = P extends { readonly do: (input: infer Input, context: EffectContext) => Promise<unknown> } ? Input : never
/** What a port answers. */
export type OutputOf<P> = P extends { readonly do: (input: never, context: EffectContext) => Promise<infer Output> } ? Output : never
