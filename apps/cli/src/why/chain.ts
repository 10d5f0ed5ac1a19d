import { eventId } from '@zyra/contracts'
import type { AnyPolicy, AnyReactor, Dispatch } from '@zyra/es'
import type { Entry } from '../log/entry.ts'
import { handlersOf, type Handlers, type HandlersOfEvent } from './handlers.ts'

/** An event and what came of it. */
export interface Fact {
  readonly entry: Entry
  readonly then: readonly Step[]
}

interface Handled {
  readonly handler: string
  /** 1, or more after redrives. */
  readonly attempt: number
  readonly facts: readonly Fact[]
}

/** What a handler made of an event. */
export type Step =
  /** A policy asked, a decider decided. The command is that of the first event's header. */
  | ({ readonly kind: 'decided' } & Handled)
  /** A policy asked, and the rules wanted no event of it. */
  | { readonly kind: 'nothing'; readonly handler: string; readonly dispatch: Dispatch }
  /** A reactor asked the outside; no facts: there is no answer yet. */
  | ({ readonly kind: 'effect'; readonly tries: readonly Entry[]; readonly lots: readonly Entry[] } & Handled)
  /** A reactor left it out, since a newer event asks for another value. */
  | { readonly kind: 'superseded'; readonly handler: string; readonly by: Entry['stored'] }
  | { readonly kind: 'parked'; readonly handler: string; readonly lots: readonly Entry[] }
  /** Nothing is recorded of a reactor yet. */
  | { readonly kind: 'waiting'; readonly handler: string }
  /** Handlers that looked at it and found it not to be theirs. */
  | { readonly kind: 'passed'; readonly handlers: readonly string[] }
  /** What else came of an event, left out: how many other inventory items it is about, and how many events that are about none. */
  | { readonly kind: 'folded'; readonly items: number; readonly events: number }
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

interface Tree extends ChainParts {
  /** The events that an event caused, by its id. */
  readonly children: ReadonlyMap<string, readonly Entry[]>
  readonly lots: readonly Entry[]
}

const PARKED = 'runtime.HandlerParked'
const ATTEMPTED = 'runtime.EffectAttempted'

const idOf = ({ stored }: Entry): string => stored.envelope.id
const typeOf = ({ stored }: Entry): string => stored.envelope.type

/** Who acted: a policy or a reactor by its name, or the runtime. */
const actorOf = ({ stored }: Entry): { readonly kind: string; readonly name: string } => {
  const [kind = '', ...name] = stored.envelope.actor.split(':')
  return { kind, name: name.join(':') }
}

const causedBy = ({ children }: Tree, entry: Entry, kind: string): readonly Entry[] =>
  (children.get(idOf(entry)) ?? []).filter((each) => actorOf(each).kind === kind)

const grouped = (entries: readonly Entry[], keyOf: (entry: Entry) => string): readonly (readonly Entry[])[] => [
  ...Map.groupBy(entries, keyOf).values(),
]

const handled = (tree: Tree, group: readonly Entry[], facts: readonly Entry[]): Handled => {
  const [first] = group
  return {
    handler: first === undefined ? '' : actorOf(first).name,
    attempt: first?.stored.envelope.attempt ?? 1,
    facts: facts.map((entry) => factOf(tree, entry)),
  }
}

const lotsOf = ({ lots }: Tree, handler: string, { stored: { sequence } }: Entry): readonly Entry[] =>
  lots.filter(({ event: { data } }) => {
    const lot = Object(data) as { readonly sequence?: unknown; readonly handler?: unknown }
    return lot.sequence === sequence && lot.handler === handler
  })

const parkedStep = (tree: Tree, handler: string, entry: Entry): readonly Step[] => {
  const held = lotsOf(tree, handler, entry)
  return held.length === 0 ? [] : [{ kind: 'parked', handler, lots: held }]
}

/** Commands of a policy that no event was recorded of, in any attempt. */
const undecided = (policy: AnyPolicy, dispatches: readonly Dispatch[], entry: Entry, caused: readonly Entry[]): readonly Step[] =>
  dispatches.flatMap((dispatch, ordinal): readonly Step[] => {
    // As the runtime names them, so that the ids of several commands of one policy differ.
    const handler = ordinal === 0 ? policy.name : `${policy.name}/${ordinal}`
    const isDecided = caused.some(
      ({
        stored: {
          envelope: { id, attempt },
        },
      }) => id === eventId({ causationId: idOf(entry), handler, attempt, index: 0 }),
    )
    return isDecided ? [] : [{ kind: 'nothing', handler: policy.name, dispatch }]
  })

const policySteps = (tree: Tree, entry: Entry, { policies }: HandlersOfEvent): readonly Step[] => {
  const caused = causedBy(tree, entry, 'policy')
  const keyOf = ({ stored: { subject, envelope } }: Entry): string => `${envelope.handler}|${envelope.attempt}|${subject}`
  const decided = grouped(caused, keyOf).map((group): Step => ({ kind: 'decided', ...handled(tree, group, group) }))
  const rest = policies.flatMap(({ policy, dispatches }) => {
    const parked = parkedStep(tree, policy.name, entry)
    return parked.length > 0 ? parked : undecided(policy, dispatches, entry, caused)
  })
  return [...decided, ...rest]
}

const openReactor = (tree: Tree, { name, newestOnly }: AnyReactor, entry: Entry): readonly Step[] => {
  const by = newestOnly === true ? tree.newer(entry) : undefined
  if (by !== undefined) return [{ kind: 'superseded', handler: name, by }]
  const parked = parkedStep(tree, name, entry)
  return parked.length > 0 ? parked : [{ kind: 'waiting', handler: name }]
}

const effectStep = (tree: Tree, entry: Entry, group: readonly Entry[], caused: readonly Entry[]): Step => {
  const tries = group.filter((each) => typeOf(each) === ATTEMPTED)
  const step = handled(
    tree,
    group,
    group.filter((each) => !tries.includes(each)),
  )
  const mine = caused.filter((each) => actorOf(each).name === step.handler)
  // It was given up on after the last thing that it did: the tries of a redrive are another step.
  const isOfGroup = ({ stored: { sequence } }: Entry): boolean =>
    group.some((each) => each === mine.findLast(({ stored }) => stored.sequence < sequence))
  return { kind: 'effect', tries, lots: lotsOf(tree, step.handler, entry).filter(isOfGroup), ...step }
}

const reactorSteps = (tree: Tree, entry: Entry, { reactors }: HandlersOfEvent): readonly Step[] => {
  const caused = causedBy(tree, entry, 'reactor')
  const groups = grouped(caused, (each) => `${actorOf(each).name}|${each.stored.envelope.attempt}`)
  const done = groups.map((group) => effectStep(tree, entry, group, caused))
  const acted = new Set(caused.map((each) => actorOf(each).name))
  const open = reactors.filter(({ wanted, reactor }) => wanted && !acted.has(reactor.name))
  return [...done, ...open.flatMap(({ reactor }) => openReactor(tree, reactor, entry))]
}

const passedStep = (tree: Tree, entry: Entry, { policies, reactors }: HandlersOfEvent): readonly Step[] => {
  const acted = new Set((tree.children.get(idOf(entry)) ?? []).map((each) => actorOf(each).name))
  const idle = [
    ...policies.filter(({ dispatches }) => dispatches.length === 0).map(({ policy }) => policy.name),
    ...reactors.filter(({ wanted }) => !wanted).map(({ reactor }) => reactor.name),
  ].filter((name) => !acted.has(name) && parkedStep(tree, name, entry).length === 0)
  return idle.length === 0 ? [] : [{ kind: 'passed', handlers: idle }]
}

const recordedSteps = (tree: Tree, entry: Entry): readonly Step[] => {
  const caused = (tree.children.get(idOf(entry)) ?? []).filter((each) => !['policy', 'reactor'].includes(actorOf(each).kind))
  return grouped(caused, ({ stored }) => stored.envelope.actor).map((group): Step => ({
    kind: 'recorded',
    handler: group[0]?.stored.envelope.actor ?? '',
    facts: group.map((each) => factOf(tree, each)),
  }))
}

const factOf = (tree: Tree, entry: Entry): Fact => {
  const handlers = handlersOf(entry, tree)
  const then = [
    ...passedStep(tree, entry, handlers),
    ...recordedSteps(tree, entry),
    ...policySteps(tree, entry, handlers),
    ...reactorSteps(tree, entry, handlers),
  ]
  return { entry, then }
}

/** Builds the tree from what entered to the last answer. Several roots where a correlation began more than once. */
export const chainOf = (parts: ChainParts): readonly Fact[] => {
  const { entries } = parts
  const ids = new Set(entries.map(idOf))
  const isRoot = ({ stored: { envelope } }: Entry): boolean => envelope.causationId === envelope.id || !ids.has(envelope.causationId)
  const lots = entries.filter((entry) => typeOf(entry) === PARKED)
  const children = Map.groupBy(
    entries.filter((entry) => !isRoot(entry)),
    ({ stored }) => stored.envelope.causationId,
  )
  return entries.filter((entry) => isRoot(entry) && !lots.includes(entry)).map((entry) => factOf({ ...parts, children, lots }, entry))
}

/** Every fact of a chain, in the order in which it is told. */
export const factsOf = (facts: readonly Fact[]): readonly Fact[] =>
  facts.flatMap((one) => [one, ...one.then.flatMap((step) => ('facts' in step ? factsOf(step.facts) : []))])
