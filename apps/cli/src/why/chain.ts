import { eventId } from '@zyra/contracts'
import type { AnyPolicy, AnyReactor, Dispatch } from '@zyra/es'
import type { Entry } from '../log/entry.ts'

/** A service's handlers, as its definition lists them. */
export interface Handlers {
  readonly name: string
  readonly policies?: readonly AnyPolicy[]
  readonly reactors?: readonly AnyReactor[]
}

/** An event and what came of it. */
export interface Fact {
  readonly entry: Entry
  readonly then: readonly Step[]
}

/** What a handler made of an event. */
export type Step =
  /** A policy asked, a decider decided. The command is that of the first event's header. */
  | { readonly kind: 'decided'; readonly handler: string; readonly attempt: number; readonly facts: readonly Fact[] }
  /** A policy asked, and the rules wanted no event of it. */
  | { readonly kind: 'nothing'; readonly handler: string; readonly dispatch: Dispatch }
  /** A reactor asked the outside; no facts: there is no answer yet. */
  | { readonly kind: 'effect'; readonly handler: string; readonly attempt: number; readonly tries: readonly Entry[]; readonly facts: readonly Fact[] }
  /** A reactor left it out, since a newer event asks for another value. */
  | { readonly kind: 'superseded'; readonly handler: string; readonly by: Entry['stored'] }
  | { readonly kind: 'parked'; readonly handler: string; readonly lots: readonly Entry[] }
  /** Nothing is recorded of a reactor yet. */
  | { readonly kind: 'waiting'; readonly handler: string }
  /** Handlers that looked at it and found it not to be theirs. */
  | { readonly kind: 'passed'; readonly handlers: readonly string[] }
  /** Recorded by the runtime itself. */
  | { readonly kind: 'recorded'; readonly handler: string; readonly facts: readonly Fact[] }

/** What a chain is made of. */
export interface ChainParts {
  /** Every event of one correlation, oldest first. */
  readonly entries: readonly Entry[]
  readonly services: readonly Handlers[]
  /** The sequence after which each handler acts, by name. */
  readonly startAfter: ReadonlyMap<string, number>
  /** For an event, a newer one of the same name and subject. */
  readonly newer: (entry: Entry) => Entry['stored'] | undefined
}

const idOf = ({ stored }: Entry): string => stored.envelope.id
const byActor = (kind: 'policy' | 'reactor') => ({ stored }: Entry): boolean => stored.envelope.actor.startsWith(`${kind}:`)

const grouped = (entries: readonly Entry[], keyOf: (entry: Entry) => string): readonly (readonly Entry[])[] => [...Map.groupBy(entries, keyOf).values()]

const ATTEMPTED = 'runtime.EffectAttempted'
const reactorOf = ({ stored }: Entry): string => stored.envelope.actor.slice('reactor:'.length)

/** Builds the tree from what entered to the last answer. Several roots where a correlation began more than once. */
export const chainOf = ({ entries, services, startAfter, newer }: ChainParts): readonly Fact[] => {
  const ids = new Set(entries.map(idOf))
  const children = Map.groupBy(entries.filter(({ stored: { envelope } }) => envelope.causationId !== envelope.id), ({ stored }) => stored.envelope.causationId)
  const lots = Map.groupBy(entries.filter(({ stored }) => stored.envelope.type === 'runtime.HandlerParked'), ({ event }) => Reflect.get(Object(event.data), 'sequence') as unknown)

  const fact = (entry: Entry): Fact => ({ entry, then: [...passedStep(entry), ...recordedSteps(entry), ...policySteps(entry), ...reactorSteps(entry)] })

  const isActive = (handler: string, entry: Entry, backfill = false): boolean =>
    entry.stored.sequence > (startAfter.get(handler) ?? 0) && (!entry.stored.envelope.backfill || backfill)

  const concerned = <Handler extends AnyPolicy | AnyReactor>(entry: Entry, pick: (service: Handlers) => readonly Handler[] | undefined): readonly Handler[] =>
    services
      .filter(({ name }) => !entry.stored.envelope.type.startsWith('runtime.') || name === entry.event.meta.service)
      .flatMap((service) => pick(service) ?? [])
      .filter((handler) => entry.problem === undefined && handler.on[entry.stored.envelope.type] !== undefined && isActive(handler.name, entry, handler.backfill))

  const asked = (policy: AnyPolicy, { event }: Entry): readonly Dispatch[] => {
    try {
      return policy.on[event.type]?.(event as never) ?? []
    } catch {
      return []
    }
  }

  const parkedStep = (handler: string, entry: Entry): readonly Step[] => {
    const held = (lots.get(entry.stored.sequence) ?? []).filter(({ event }) => Reflect.get(Object(event.data), 'handler') === handler)
    return held.length === 0 ? [] : [{ kind: 'parked', handler, lots: held }]
  }

  const policySteps = (entry: Entry): readonly Step[] => {
    const caused = (children.get(idOf(entry)) ?? []).filter(byActor('policy'))
    const decided = grouped(caused, ({ stored: { subject, envelope } }) => `${envelope.handler}|${envelope.attempt}|${subject}`)
      .map((group): Step => ({ kind: 'decided', handler: group[0]?.stored.envelope.actor.slice('policy:'.length) ?? '', attempt: group[0]?.stored.envelope.attempt ?? 1, facts: group.map(fact) }))
    const rest = concerned(entry, ({ policies }) => policies).flatMap((policy) => {
      const parked = parkedStep(policy.name, entry)
      const undecided = asked(policy, entry).flatMap((dispatch, index): readonly Step[] => {
        const handler = index === 0 ? policy.name : `${policy.name}/${index}`
        const has = caused.some(({ stored: { envelope } }) => envelope.id === eventId({ causationId: idOf(entry), handler, attempt: envelope.attempt, index: 0 }))
        return has ? [] : [{ kind: 'nothing', handler: policy.name, dispatch }]
      })
      return parked.length > 0 ? parked : undecided
    })
    return [...decided, ...rest]
  }

  const reactorSteps = (entry: Entry): readonly Step[] => {
    const caused = (children.get(idOf(entry)) ?? []).filter(byActor('reactor'))
    const done = grouped(caused, (one) => `${reactorOf(one)}|${one.stored.envelope.attempt}`).map((group): Step => {
      const tries = group.filter(({ stored }) => stored.envelope.type === ATTEMPTED)
      const answers = group.filter((one) => !tries.includes(one))
      const [first] = group
      return { kind: 'effect', handler: first === undefined ? '' : reactorOf(first), attempt: first?.stored.envelope.attempt ?? 1, tries, facts: answers.map(fact) }
    })
    const handled = new Set(caused.map(reactorOf))
    const open = requested(entry).filter(({ name }) => !handled.has(name)).flatMap((reactor): readonly Step[] => {
      const by = reactor.newestOnly === true ? newer(entry) : undefined
      if (by !== undefined) return [{ kind: 'superseded', handler: reactor.name, by }]
      const parked = parkedStep(reactor.name, entry)
      return parked.length > 0 ? parked : [{ kind: 'waiting', handler: reactor.name }]
    })
    return [...done, ...open]
  }

  const requested = (entry: Entry): readonly AnyReactor[] =>
    concerned(entry, ({ reactors }) => reactors).filter((reactor) => reactor.on[entry.event.type]?.(entry.event as never) !== undefined)

  const passedStep = (entry: Entry): readonly Step[] => {
    const acted = new Set((children.get(idOf(entry)) ?? []).map(({ stored }) => stored.envelope.actor))
    const idle = concerned(entry, ({ policies }) => policies).filter((policy) => asked(policy, entry).length === 0 && parkedStep(policy.name, entry).length === 0 && !acted.has(`policy:${policy.name}`))
    const reactors = concerned(entry, ({ reactors: all }) => all).filter((reactor) => !requested(entry).includes(reactor))
    const handlers = [...idle, ...reactors].map(({ name }) => name)
    return handlers.length === 0 ? [] : [{ kind: 'passed', handlers }]
  }

  const recordedSteps = (entry: Entry): readonly Step[] => {
    const caused = (children.get(idOf(entry)) ?? []).filter((one) => !byActor('policy')(one) && !byActor('reactor')(one))
    return grouped(caused, ({ stored }) => stored.envelope.handler).map((group): Step => ({ kind: 'recorded', handler: group[0]?.stored.envelope.actor ?? '', facts: group.map(fact) }))
  }

  const isRoot = ({ stored: { envelope } }: Entry): boolean => envelope.causationId === envelope.id || !ids.has(envelope.causationId)
  const isLot = ({ stored }: Entry): boolean => stored.envelope.type === 'runtime.HandlerParked'
  return entries.filter((entry) => isRoot(entry) && !isLot(entry)).map(fact)
}

/** Every fact of a chain, in the order in which it is told. */
export const factsOf = (facts: readonly Fact[]): readonly Fact[] =>
  facts.flatMap((one) => [one, ...one.then.flatMap((step) => ('facts' in step ? factsOf(step.facts) : []))])
