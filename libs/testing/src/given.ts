import { definitionOf } from '@zyra/contracts'
import type { Decider, DomainCommand, DomainEvent } from '@zyra/es'
import { deepFreeze, throughJson } from './deep-freeze.ts'
import { same } from './same.ts'
import { checked } from './zyra-event.ts'

/** An aggregate with a history. */
export interface Given<Command extends DomainCommand, Event extends DomainEvent, State> {
  readonly state: State
  readonly when: (command: Command) => Decided<Command, Event, State>
}

/** What a command came to; each expectation can be followed by the next one, or by the next command. */
export interface Decided<Command extends DomainCommand, Event extends DomainEvent, State> extends Given<Command, Event, State> {
  readonly events: readonly Event[]
  /** Exactly these events, in this order. @throws AssertionError with the difference */
  readonly then: (...expected: readonly Event[]) => Decided<Command, Event, State>
  /** @throws AssertionError with what was decided */
  readonly thenNothing: () => Decided<Command, Event, State>
  /** The state after those events, as far as it is named here. @throws AssertionError with the difference */
  readonly thenState: (expected: Partial<State>) => Decided<Command, Event, State>
}

const pick = (state: object, names: object): object => Object.fromEntries(Object.entries(state).filter(([name]) => Object.hasOwn(names, name)))

const isOwn = (aggregate: string, event: DomainEvent): boolean => ['*', aggregate].includes(definitionOf(event.type).aggregate)

/**
 * Tells a story about a decider: `given(stock, ...history).when(command).then(...events)`. State, commands and events are deep-frozen,
 * so that a decider that changes them fails; every event is held to its contract and must be one of the decider's aggregate;
 * a command is asked twice, since the answer must not depend on anything else; `evolve` is run over what was decided, and states must survive JSON.
 * @throws Error when one of these does not hold
 */
export const given = <Command extends DomainCommand, Event extends DomainEvent, State extends object>(
  decider: Decider<Command, Event, State>,
  ...history: readonly NoInfer<Event>[]
): Given<Command, Event, State> => {
  const { aggregate, evolve, decide } = decider

  const evolved = (state: State, event: Event): State => {
    if (!isOwn(aggregate, event)) throw new Error(`${event.type} belongs to ${definitionOf(event.type).aggregate}, but the decider's aggregate is ${aggregate}`)
    const next = evolve(state, checked(event))
    same(throughJson(next), next, `the state after ${event.type} is not plain JSON: the snapshot of a long aggregate would be another state`, evolved)
    return deepFreeze(next)
  }

  const at = (state: State): Given<Command, Event, State> => ({ state, when: (command) => decided(state, deepFreeze(command)) })

  const decided = (before: State, command: Command): Decided<Command, Event, State> => {
    throughJson(command)
    const events = decide(command, before)
    same(decide(command, before), events, `${command.type} decides something else when it is asked again`, decided)
    const after = events.reduce(evolved, before)
    const decision: Decided<Command, Event, State> = {
      ...at(after),
      events,
      then: (...expected) => {
        same(events, expected, `${command.type} should decide ${expected.map(({ type }) => type).join(', ') || 'nothing'}`, decision.then)
        return decision
      },
      thenNothing: () => {
        same(events, [], `${command.type} should decide nothing`, decision.thenNothing)
        return decision
      },
      thenState: (expected) => {
        same(pick(after, expected), { ...expected }, `the state after ${command.type} should be another`, decision.thenState)
        return decision
      },
    }
    return decision
  }

  return at(history.reduce(evolved, deepFreeze(decider.initialState)))
}
