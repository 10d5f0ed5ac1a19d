import type { AnyPolicy, AnyReactor, Dispatch, DomainCommand, DomainEvent, EffectRequest, EffectResult, Policy, Reactor, Recorded } from '@zyra/es'
import { deepFreeze, throughJson } from './deep-freeze.ts'
import { same } from './same.ts'
import { checked } from './zyra-event.ts'

/** What a policy makes of an event. */
export interface PolicyStory<Command extends DomainCommand> {
  readonly commands: readonly Dispatch<Command>[]
  /** Exactly these commands, in this order. @throws AssertionError with the difference */
  readonly dispatches: (...expected: readonly Dispatch<Command>[]) => void
  /** @throws AssertionError with what it dispatches */
  readonly dispatchesNothing: () => void
}

/** What a reactor asks of its port for an event. */
export interface ReactorStory<Input> {
  readonly request: EffectRequest<Input> | undefined
  /** @throws AssertionError with the difference */
  readonly asks: (expected: EffectRequest<Input>) => void
  /** @throws AssertionError with what it asks */
  readonly asksNothing: () => void
}

/** What a reactor records about an effect. */
export interface OutcomeStory<Outcome extends DomainEvent> {
  readonly events: readonly Outcome[]
  /** Exactly these events, in this order. @throws AssertionError with the difference */
  readonly records: (...expected: readonly Outcome[]) => void
  /** @throws AssertionError with what it records */
  readonly recordsNothing: () => void
}

type Handlers<Result> = Readonly<Record<string, ((event: never) => Result) | undefined>>

/** Asked twice: what a handler answers must depend on nothing but its event, which is frozen. */
const handled = <Result>(name: string, on: Handlers<Result>, event: Recorded): Result | undefined => {
  const handler: Handlers<Result>[string] = on[event.type]
  const frozen = checked(event)
  const answer = handler?.(frozen as never)
  same(handler?.(frozen as never), answer, `${name} answers something else when it is asked again`, when)
  return answer
}

const policyStory = (policy: AnyPolicy, event: Recorded): PolicyStory<DomainCommand> => {
  const commands = handled<readonly Dispatch[]>(policy.name, policy.on, event) ?? []
  throughJson(commands)
  const story: PolicyStory<DomainCommand> = {
    commands,
    dispatches: (...expected) => same(commands, expected, `${policy.name} should dispatch other commands for ${event.type}`, story.dispatches),
    dispatchesNothing: () => same(commands, [], `${policy.name} should dispatch nothing for ${event.type}`, story.dispatchesNothing),
  }
  return story
}

const reactorStory = (reactor: AnyReactor, event: Recorded): ReactorStory<unknown> => {
  const request = handled(reactor.name, reactor.on, event)
  const story: ReactorStory<unknown> = {
    request,
    asks: (expected) => same(request, expected, `${reactor.name} should ask something else for ${event.type}`, story.asks),
    asksNothing: () => same(request, undefined, `${reactor.name} should ask nothing for ${event.type}`, story.asksNothing),
  }
  return story
}

/** `when(reactor, event).asks({ permit, input })` */
export function when<E extends DomainEvent, Input, Output, Outcome extends DomainEvent>(
  reactor: Reactor<E, Input, Output, Outcome>,
  event: Recorded<E>,
): ReactorStory<Input>
/** `when(policy, event).dispatches(...)`; commands are data that JSON can say. */
export function when<E extends DomainEvent, Command extends DomainCommand>(policy: Policy<E, Command>, event: Recorded<E>): PolicyStory<Command>
export function when(handler: AnyPolicy | AnyReactor, event: Recorded): PolicyStory<DomainCommand> | ReactorStory<unknown> {
  return 'port' in handler ? reactorStory(handler, event) : policyStory(handler, event)
}

/** `whenAnswered(reactor, input, { ok: true, value }).records(...)`; events are held to their contracts. */
export const whenAnswered = <E extends DomainEvent, Input, Output, Outcome extends DomainEvent>(
  reactor: Reactor<E, Input, Output, Outcome>,
  input: NoInfer<Input>,
  result: EffectResult<NoInfer<Output>>,
): OutcomeStory<Outcome> => {
  const events = reactor.outcome(deepFreeze(input), deepFreeze(result)).map(checked)
  const story: OutcomeStory<Outcome> = {
    events,
    records: (...expected) => same(events, expected, `${reactor.name} should record other events`, story.records),
    recordsNothing: () => same(events, [], `${reactor.name} should record nothing`, story.recordsNothing),
  }
  return story
}
