import type { AnyPolicy, AnyReactor, Dispatch } from '@zyra/es'
import type { Entry } from '../log/entry.ts'

/** A service's handlers, as its definition lists them. */
export interface Handlers {
  readonly name: string
  readonly policies?: readonly AnyPolicy[]
  readonly reactors?: readonly AnyReactor[]
}

/** The handlers that looked at an event, with what each of them wanted. */
export interface HandlersOfEvent {
  readonly policies: readonly { readonly policy: AnyPolicy; readonly dispatches: readonly Dispatch[] }[]
  readonly reactors: readonly { readonly reactor: AnyReactor; readonly wanted: boolean }[]
}

/** Which handlers there are, and the sequence after which each of them acts. */
export interface Known {
  readonly services: readonly Handlers[]
  readonly startAfter: ReadonlyMap<string, number>
}

const dispatchesOf = (policy: AnyPolicy, { event }: Entry): readonly Dispatch[] => {
  try {
    return policy.on[event.type]?.(event as never) ?? []
  } catch {
    // What a policy cannot read is parked, and told as that.
    return []
  }
}

/** Asks every handler that was told of an event what it wanted. Handlers are pure, so that they want now what they wanted then. */
export const handlersOf = (entry: Entry, { services, startAfter }: Known): HandlersOfEvent => {
  const {
    event,
    problem,
    stored: { sequence, envelope },
  } = entry
  const isConcerned = (handler: AnyPolicy | AnyReactor): boolean =>
    problem === undefined &&
    handler.on[event.type] !== undefined &&
    sequence > (startAfter.get(handler.name) ?? 0) &&
    (!envelope.backfill || handler.backfill === true)
  // Events of the runtime are for the handlers of the service that recorded them.
  const told = services.filter(({ name }) => !event.type.startsWith('runtime.') || name === event.meta.service)
  const reactors = told.flatMap((service) => service.reactors ?? []).filter(isConcerned)
  return {
    policies: told
      .flatMap((service) => service.policies ?? [])
      .filter(isConcerned)
      .map((policy) => ({ policy, dispatches: dispatchesOf(policy, entry) })),
    reactors: reactors.map((reactor) => ({ reactor, wanted: reactor.on[event.type]?.(event as never) !== undefined })),
  }
}
