import { eventId } from '@zyra/contracts'
import type { AnyDecider, Dispatch, DomainEvent, EventMeta } from '@zyra/es'
import { LogUnavailable, subjectOf, type Address, type EventLog, type OutgoingEvent } from '@zyra/jetstream'
import type { Codec } from './codec.ts'
import type { StateSnapshots } from './snapshots.ts'
import { createStates, rulesOf, type Rules } from './states.ts'
import { LOG_ATTRIBUTES } from './tracing-spans.ts'
import { noTracer, type Tracer } from './tracing.ts'

/** Why something is decided or recorded: what caused it, and who acts. */
export interface Cause {
  readonly meta: Pick<EventMeta, 'merchant' | 'id' | 'correlationId' | 'backfill'>
  /** The acting handler's declared name: part of the ids of what it causes. */
  readonly handler: string
  /** Names it had before: what was decided under one of them is not decided again. */
  readonly formerly?: readonly string[]
  readonly actor: string
  /** 1, or more after redrives. */
  readonly attempt: number
  /**
   * Where it may have been decided on before: the position in the log after which that decision would stand, that of its cause.
   * Undefined where nobody can have: then what is remembered of the aggregate is enough.
   */
  readonly mayStandAfter?: number
}

/**
 * The cause of a fact that enters from outside: nothing in the log caused it, so it stands at the beginning of its own correlation.
 * @param entry a deterministic id of the delivery, from what its sender calls it (`entryId`)
 */
export const entryCause = (merchant: string, entry: string, handler: string, actor: string): Cause => ({
  meta: { merchant, id: entry, correlationId: eventId({ causationId: entry, handler, attempt: 1, index: 0 }), backfill: false },
  handler, actor, attempt: 1,
})

/** What the work answers, unless the signal aborts first; the work then goes on, and whatever it appends has the ids of a repetition. */
const inTime = async <Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> => {
  const late = Promise.withResolvers<never>()
  const give = (): void => late.reject(new LogUnavailable('it took too long to be kept; it is safe to try again'))
  if (signal.aborted) give()
  signal.addEventListener('abort', give, { once: true })
  try {
    return await Promise.race([work, late.promise])
  } finally {
    signal.removeEventListener('abort', give)
  }
}

/** `decided`: events landed now. `repeated`: this very decision is in the log already. `nothing`: the rules ask for no event. */
export interface Decision {
  readonly status: 'decided' | 'repeated' | 'nothing'
  readonly events: readonly DomainEvent[]
}

/** What recording needs. */
export interface DecisionsOptions {
  readonly log: EventLog
  readonly codec: Codec
  readonly service: string
  readonly deciders: readonly AnyDecider[]
  /** Now, ISO 8601 UTC: only stamped on the envelope, never handed to a decider. */
  readonly now: () => string
  /** Aggregates whose state is kept in memory. */
  readonly cacheSize?: number
  /** Without them every aggregate is folded from its first event. */
  readonly snapshots?: StateSnapshots
  readonly tracer?: Tracer
}

/** Records facts and outcomes, and takes decisions on the newest state of an aggregate. */
export interface Decisions {
  /**
   * @throws Error when no decider of this service has the aggregate; InvalidEventData before anything is written;
   * UnknownEventVersion where the aggregate holds what a newer release wrote; LogUnavailable when the signal aborts first
   */
  readonly decide: (dispatch: Dispatch, cause: Cause, signal?: AbortSignal) => Promise<Decision>
  /**
   * Whether a command would change anything on the newest state; nothing is appended.
   * @throws Error when no decider of this service has the aggregate; LogUnavailable
   */
  readonly wouldDecide: (merchant: string, dispatch: Dispatch) => Promise<boolean>
  /** Appends events nobody decides on by id: facts and outcomes. Answers false where they were in the log already. */
  readonly record: (address: Omit<Address, 'service'>, events: readonly DomainEvent[], cause: Cause, signal?: AbortSignal) => Promise<boolean>
}

/** An event on its way, and as it will be read. */
interface Prepared {
  readonly outgoing: OutgoingEvent
  readonly event: DomainEvent
}

/** Where events go, and what was decided on. */
interface AppendTo {
  readonly address: Address
  readonly expectedSequence?: number
  readonly command?: string
  readonly deciderVersion?: number
}

const NOTHING: Decision = { status: 'nothing', events: [] }
const REPEATED: Decision = { status: 'repeated', events: [] }

/** The first event's id of every decision that would make this one a repetition: under a former name, or in an attempt before a redrive. */
const ownIds = ({ meta, handler, formerly = [], attempt }: Cause): ReadonlySet<string> => {
  const attempts = Array.from({ length: attempt }, (_, before) => before + 1)
  return new Set([handler, ...formerly].flatMap((name) => attempts.map((one) => eventId({ causationId: meta.id, handler: name, attempt: one, index: 0 }))))
}

/** See {@link Decisions}. */
export const createDecisions = ({ log, codec, service, deciders, now, cacheSize = 10_000, snapshots, tracer = noTracer }: DecisionsOptions): Decisions => {
  const byAggregate = new Map(deciders.map((decider) => [decider.aggregate, rulesOf(decider)]))
  const states = createStates({ log, codec, cacheSize, snapshots })

  const rulesFor = (aggregate: string, who: string): Rules => {
    const rules = byAggregate.get(aggregate)
    if (rules === undefined) throw new Error(`service ${service} has no decider for "${aggregate}": ${who} may only command its own service`)
    return rules
  }

  const prepare = (address: Address, events: readonly DomainEvent[], cause: Cause, command?: string, deciderVersion = 0): Promise<Prepared[]> => {
    const time = now()
    const traceparent = tracer.traceparent()
    return Promise.all(
      events.map(async (event, index) => {
        const id = eventId({ causationId: cause.meta.id, handler: cause.handler, attempt: cause.attempt, index })
        const { data, version, checked } = await codec.seal(address.merchant, id, event)
        const envelope: OutgoingEvent['envelope'] = {
          id, version, index, deciderVersion, time,
          type: event.type,
          source: `zyra/${address.merchant}/${address.service}/${address.aggregate}/${address.id}`,
          correlationId: cause.meta.correlationId,
          causationId: cause.meta.id,
          actor: cause.actor,
          handler: cause.handler,
          attempt: cause.attempt,
          backfill: cause.meta.backfill,
          ...(command === undefined || index > 0 ? {} : { command }),
          ...(traceparent === undefined ? {} : { traceparent }),
        }
        return { outgoing: { data, envelope }, event: { type: event.type, data: checked } }
      }),
    )
  }

  /** One span around preparing and appending: it stands in the events, for those who handle them to continue. */
  const append = (to: AppendTo, events: readonly DomainEvent[], cause: Cause, signal?: AbortSignal) =>
    tracer.span(
      () => ({
        name: `append ${events[0]?.type}`, kind: 'producer',
        attributes: {
          ...LOG_ATTRIBUTES, 'messaging.operation.name': 'append', 'messaging.operation.type': 'send', 'messaging.batch.message_count': events.length,
          'zyra.service': service, 'zyra.merchant': to.address.merchant, 'zyra.aggregate': to.address.aggregate, 'zyra.event.type': events[0]?.type ?? '',
        },
      }),
      async (span) => {
        const { address, expectedSequence, command, deciderVersion } = to
        const prepared = await prepare(address, events, cause, command, deciderVersion)
        const request = { subject: subjectOf(address), events: prepared.map(({ outgoing }) => outgoing) }
        const result = await log.append(expectedSequence === undefined ? request : { ...request, expectedSequence }, signal)
        span.set({ 'messaging.message.id': prepared[0]?.outgoing.envelope.id ?? '', 'zyra.append': result.status })
        if (result.status === 'appended') span.set({ 'zyra.sequence': result.sequences[0] ?? 0 })
        return { prepared, result }
      },
    )

  const decide = async ({ aggregate, id, command }: Dispatch, cause: Cause, signal?: AbortSignal): Promise<Decision> => {
    const rules = rulesFor(aggregate, cause.handler)
    const address = { merchant: cause.meta.merchant, service, aggregate, id }
    const subject = subjectOf(address)
    const own = ownIds(cause)
    let known = states.recall(subject)
    // The log's own refusal of known ids does not help where it stands under another id, or has stood there for hours: only reading does.
    let mustLook = cause.mayStandAfter !== undefined
    let isFresh = false
    let refusedAt: number | undefined
    for (;;) {
      if (mustLook || known === undefined) {
        const lookAfter = Math.min(cause.mayStandAfter ?? Infinity, known?.sequence ?? Infinity)
        const newer = await states.catchUp(rules, subject, lookAfter)
        if (newer.ids.some((one) => own.has(one))) return REPEATED
        known = newer.known
        isFresh = true
      }
      const events = rules.decide(command, known.state)
      // "Nothing to do" is not believed from memory alone: another process may have appended.
      mustLook = true
      if (events.length === 0) {
        if (isFresh) return NOTHING
        continue
      }
      if (refusedAt === known.sequence) {
        states.forget(subject)
        throw new LogUnavailable(`the log refuses ${subject} as outdated and shows nothing newer yet; it is safe to try again`)
      }
      const to = { address, expectedSequence: known.sequence, command: JSON.stringify(command), deciderVersion: rules.version }
      const { prepared, result } = await append(to, events, cause, signal)
      if (result.status === 'appended') {
        const landed = prepared.map(({ event }) => event)
        const lastId = prepared.at(-1)?.outgoing.envelope.id ?? known.lastId
        states.advance(rules, subject, known, { events: landed, sequence: result.sequences.at(-1) ?? known.sequence, lastId })
        return { status: 'decided', events: landed }
      }
      if (result.status === 'duplicate') {
        states.forget(subject)
        return REPEATED
      }
      refusedAt = known.sequence
    }
  }

  const wouldDecide: Decisions['wouldDecide'] = async (merchant, { aggregate, id, command }) => {
    const rules = rulesFor(aggregate, `whoever asks about "${id}"`)
    const { known } = await states.catchUp(rules, subjectOf({ merchant, service, aggregate, id }), Infinity)
    return rules.decide(command, known.state).length > 0
  }

  const record: Decisions['record'] = (to, events, cause, signal) => {
    const work = async (): Promise<boolean> => {
      const { result } = await append({ address: { ...to, service } }, events, cause, signal)
      return result.status === 'appended'
    }
    // Keys are looked up before the append: they are given no more time than there is in all.
    return signal === undefined ? work() : inTime(work(), signal)
  }

  return { decide, wouldDecide, record }
}
