import { ERASED } from '@zyra/contracts'
import type { AnyDecider, DomainEvent } from '@zyra/es'
import { isDeepStrictEqual } from 'node:util'

/** An event of one aggregate as the log holds it, with its data opened and current. */
export interface RecordedEvent extends DomainEvent {
  readonly sequence: number
  readonly causationId: string
  readonly handler: string
  readonly attempt: number
  /** The whole command as JSON, on the first event of a decision. */
  readonly command: string | undefined
  readonly deciderVersion: number
}

/** A decision that is not taken again as it was recorded. */
export interface DecisionDifference {
  /** Where the decision's first event stands. */
  readonly sequence: number
  readonly deciderVersion: number
  readonly command: string
  readonly recorded: readonly DomainEvent[]
  readonly decided: readonly DomainEvent[]
  /** Why nothing could be decided, where that is so. */
  readonly error?: string
}

/** How far the replay of one aggregate is. */
export interface Replay {
  readonly state: unknown
  /** The decision whose events are still being read. */
  readonly open: readonly RecordedEvent[]
  readonly decisions: number
  /** Events that no command is recorded of: they are folded and not checked. */
  readonly facts: number
  readonly differences: readonly DecisionDifference[]
}

type Rules = AnyDecider & {
  readonly decide: (command: unknown, state: unknown) => readonly DomainEvent[]
  readonly evolve: (state: unknown, event: DomainEvent) => unknown
}

/** The types of its commands and events are its own; what it is handed here is what it wrote itself. */
const rulesOf = (decider: AnyDecider): Rules => decider as Rules

/** Before the first event. */
export const beginReplay = ({ initialState }: AnyDecider): Replay => ({
  state: initialState,
  open: [],
  decisions: 0,
  facts: 0,
  differences: [],
})

const bare = ({ type, data }: DomainEvent): DomainEvent => ({ type, data })

/** As the log would hold it. */
const asStored = (events: readonly DomainEvent[]): readonly DomainEvent[] =>
  JSON.parse(JSON.stringify(events.map(bare))) as readonly DomainEvent[]

/** What was erased since cannot be compared: its place is left out on both sides. */
const withoutErased = (recorded: unknown, decided: unknown): unknown => {
  if (recorded === ERASED) return ERASED
  if (
    typeof recorded !== 'object' ||
    recorded === null ||
    typeof decided !== 'object' ||
    decided === null ||
    Array.isArray(decided) !== Array.isArray(recorded)
  )
    return decided
  if (Array.isArray(decided)) return decided.map((value: unknown, index) => withoutErased(Reflect.get(recorded, index), value))
  return Object.fromEntries(Object.entries(decided).map(([name, value]) => [name, withoutErased(Reflect.get(recorded, name), value)]))
}

const decideAgain = (decider: Rules, state: unknown, command: string): Pick<DecisionDifference, 'decided' | 'error'> => {
  try {
    return { decided: asStored(decider.decide(JSON.parse(command), state)) }
  } catch (error) {
    return { decided: [], error: error instanceof Error ? error.message : String(error) }
  }
}

/** Takes the decision that was read whole again, on the state before it, and folds what was recorded: that is what happened. */
const close = (decider: Rules, replay: Replay): Replay => {
  const [first] = replay.open
  if (first === undefined) return replay
  const state = replay.open.reduce(decider.evolve, replay.state)
  const { sequence, deciderVersion, command } = first
  if (command === undefined) return { ...replay, state, open: [], facts: replay.facts + replay.open.length }
  const recorded = replay.open.map(bare)
  const again = decideAgain(decider, replay.state, command)
  const isSame = again.error === undefined && isDeepStrictEqual(asStored(recorded), withoutErased(recorded, again.decided))
  const differences = isSame ? replay.differences : [...replay.differences, { sequence, deciderVersion, command, recorded, ...again }]
  return { state, open: [], decisions: replay.decisions + 1, facts: replay.facts, differences }
}

const belongs = (open: readonly RecordedEvent[], event: RecordedEvent): boolean => {
  const [first] = open
  return (
    first !== undefined &&
    event.command === undefined &&
    first.causationId === event.causationId &&
    first.handler === event.handler &&
    first.attempt === event.attempt
  )
}

/** Reads one more event of the aggregate, in order. Pure. */
export const stepReplay = (decider: AnyDecider, replay: Replay, event: RecordedEvent): Replay => {
  if (belongs(replay.open, event)) return { ...replay, open: [...replay.open, event] }
  return { ...close(rulesOf(decider), replay), open: [event] }
}

/** There are no more events. */
export const endReplay = (decider: AnyDecider, replay: Replay): Replay => close(rulesOf(decider), replay)

/** Takes every decision of one aggregate again, from its recorded command and the state that its recorded events lead to. */
export const verifyDecisions = (decider: AnyDecider, events: readonly RecordedEvent[]): Replay =>
  endReplay(
    decider,
    events.reduce((replay, event) => stepReplay(decider, replay, event), beginReplay(decider)),
  )
