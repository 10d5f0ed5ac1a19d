import type { AnyDecider, AnyPolicy, AnyReactor, Dispatch, Recorded } from '@zyra/es'
import { subjectOf } from '@zyra/jetstream'
import type { Entry } from '../log/entry.ts'
import { handlersOf } from '../why/handlers.ts'

/** A service's rules, as its definition lists them. */
export interface Rules {
  readonly name: string
  readonly policies?: readonly AnyPolicy[]
  readonly reactors?: readonly AnyReactor[]
  readonly deciders?: readonly AnyDecider[]
}

/** What is needed to say whether everything that was asked because of an event is decided on. */
export interface Asked {
  /** The aggregates that the question is about, by their kind. */
  readonly aggregate: string
  readonly services: readonly Rules[]
  /** The sequence after which each handler acts, by name. */
  readonly startAfter: ReadonlyMap<string, number>
  /** What a subject's events are now, oldest first. */
  readonly eventsOf: (subject: string) => Promise<readonly Recorded[]>
}

interface Question {
  readonly page: Entry
  readonly decider: AnyDecider
  readonly dispatch: Dispatch
  readonly subject: string
}

const questionsOf = (page: Entry, { aggregate, services, startAfter }: Asked): readonly Question[] =>
  services.flatMap((service) =>
    handlersOf(page, { services: [service], startAfter })
      .policies.flatMap(({ dispatches }) => dispatches)
      .flatMap((dispatch) => {
        const decider = service.deciders?.find((each) => each.aggregate === aggregate)
        const subject = subjectOf({ merchant: page.event.meta.merchant, service: service.name, aggregate, id: dispatch.id })
        return decider === undefined || dispatch.aggregate !== aggregate ? [] : [{ page, decider, dispatch, subject }]
      }),
  )

const wantedOn = ({ decider, dispatch }: Question, events: readonly Recorded[]): boolean => {
  const state = events.reduce<unknown>((before, event) => decider.evolve(before as never, event as never), decider.initialState)
  return decider.decide(dispatch.command as never, state as never).length > 0
}

/**
 * A command that the rules want nothing of leaves no trace in the log; so they are asked what they would want of it now. What agreed with
 * the state at which it was read was no difference, whatever has changed since.
 */
const wantsSomething = async (question: Question, { eventsOf }: Asked): Promise<boolean> => {
  const events = await eventsOf(question.subject)
  const then = events.filter(({ meta }) => meta.sequence < question.page.stored.sequence)
  return wantedOn(question, events) && wantedOn(question, then)
}

const AT_ONCE = 16

/**
 * How many commands to aggregates of a kind that follow from these events are still to be decided on. `caused` are the events that are
 * known to have come of them.
 */
export const undecidedCount = async (pages: readonly Entry[], caused: readonly Entry[], asked: Asked): Promise<number> => {
  const done = new Set(caused.map(({ stored: { subject, envelope } }) => `${envelope.causationId}|${subject}`))
  const open = pages.flatMap((page) => questionsOf(page, asked).filter(({ subject }) => !done.has(`${page.stored.envelope.id}|${subject}`)))
  let count = 0
  for (let from = 0; from < open.length; from += AT_ONCE) {
    const wanted = await Promise.all(open.slice(from, from + AT_ONCE).map((question) => wantsSomething(question, asked)))
    count += wanted.filter(Boolean).length
  }
  return count
}
