import { eventId } from '@zyra/contracts'
import { fold, type AnyDecider, type Decider, type Dispatch, type DomainCommand, type DomainEvent, type EventMeta, type Recorded } from '@zyra/es'
import { subjectOf, type Address, type EventLog, type OutgoingEvent } from '@zyra/jetstream'
import QuickLRU from 'quick-lru'
import type { Codec } from './codec.ts'

/** Why something is decided or recorded: what caused it, and who acts. */
export interface Cause {
  readonly meta: Pick<EventMeta, 'merchant' | 'id' | 'correlationId' | 'backfill'>
  /** The acting handler's declared name: part of the ids of what it causes. */
  readonly handler: string
  readonly actor: string
  /** 1, or more after redrives. */
  readonly attempt: number
}

/**
 * The cause of a fact that enters from outside: nothing in the log caused it, so it stands at the beginning of its own correlation.
 * @param entry a deterministic id of the delivery, from what its sender calls it (`entryId`)
 */
export const entryCause = (merchant: string, entry: string, handler: string, actor: string): Cause => ({
  meta: { merchant, id: entry, correlationId: eventId({ causationId: entry, handler, attempt: 1, index: 0 }), backfill: false },
  handler, actor, attempt: 1,
})

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
}

type AnyState = Decider<DomainCommand, DomainEvent, unknown>

interface Known {
  readonly state: unknown
  readonly sequence: number
}

/** Records facts and outcomes, and takes decisions on the newest state of an aggregate. */
export interface Decisions {
  /** @throws Error when no decider of this service has the aggregate; LogUnavailable when the signal aborts first */
  readonly decide: (dispatch: Dispatch, cause: Cause, signal?: AbortSignal) => Promise<Decision>
  /** Appends events nobody decides on by id: facts and outcomes. Answers false where they were in the log already. */
  readonly record: (address: Omit<Address, 'service'>, events: readonly DomainEvent[], cause: Cause, signal?: AbortSignal) => Promise<boolean>
}

/** See {@link Decisions}. */
export const createDecisions = ({ log, codec, service, deciders, now, cacheSize = 10_000 }: DecisionsOptions): Decisions => {
  const byAggregate = new Map(deciders.map((decider) => [decider.aggregate, decider as unknown as AnyState]))
  const cache = new QuickLRU<string, Known>({ maxSize: cacheSize })

  const outgoing = async (address: Address, events: readonly DomainEvent[], cause: Cause, command?: string, deciderVersion = 0): Promise<OutgoingEvent[]> =>
    Promise.all(
      events.map(async (event, index) => {
        const id = eventId({ causationId: cause.meta.id, handler: cause.handler, attempt: cause.attempt, index })
        const { data, version } = await codec.seal(address.merchant, id, event)
        return {
          data,
          envelope: {
            id, version, index, deciderVersion,
            type: event.type,
            source: `zyra/${address.merchant}/${address.service}/${address.aggregate}/${address.id}`,
            time: now(),
            correlationId: cause.meta.correlationId,
            causationId: cause.meta.id,
            actor: cause.actor,
            handler: cause.handler,
            attempt: cause.attempt,
            backfill: cause.meta.backfill,
            ...(command === undefined || index > 0 ? {} : { command }),
          },
        }
      }),
    )

  const catchUp = async (decider: AnyState, subject: string, known: Known): Promise<{ readonly known: Known; readonly ids: ReadonlySet<string> }> => {
    const stored = await log.load(subject, known.sequence + 1)
    const events: Recorded[] = []
    for (const one of stored) events.push(await codec.open(one))
    const next = { state: fold(decider, events, known.state), sequence: stored.at(-1)?.sequence ?? known.sequence }
    cache.set(subject, next)
    return { known: next, ids: new Set(stored.map(({ envelope }) => envelope.id)) }
  }

  const decide = async ({ aggregate, id, command }: Dispatch, cause: Cause, signal?: AbortSignal): Promise<Decision> => {
    const decider = byAggregate.get(aggregate)
    if (decider === undefined) throw new Error(`service ${service} has no decider for "${aggregate}": ${cause.handler} may only command its own service`)
    const address = { merchant: cause.meta.merchant, service, aggregate, id }
    const subject = subjectOf(address)
    const firstId = eventId({ causationId: cause.meta.id, handler: cause.handler, attempt: cause.attempt, index: 0 })
    let known = cache.get(subject)
    let fresh = known === undefined
    if (known === undefined) {
      const loaded = await catchUp(decider, subject, { state: decider.initialState, sequence: 0 })
      if (loaded.ids.has(firstId)) return { status: 'repeated', events: [] }
      known = loaded.known
    }
    for (;;) {
      const events = decider.decide(command, known.state)
      if (events.length > 0) {
        const expectedSequence = known.sequence
        const result = await log.append({ subject, expectedSequence, events: await outgoing(address, events, cause, JSON.stringify(command), decider.version) }, signal)
        if (result.status === 'appended') {
          cache.set(subject, { state: fold(decider, events, known.state), sequence: result.sequences.at(-1) ?? expectedSequence })
          return { status: 'decided', events }
        }
        if (result.status === 'duplicate') {
          cache.delete(subject)
          return { status: 'repeated', events: [] }
        }
      } else if (fresh) {
        return { status: 'nothing', events }
      }
      // Another process appended, or "nothing to do" was concluded from memory alone: look again before believing it.
      const newer = await catchUp(decider, subject, known)
      if (newer.ids.has(firstId)) return { status: 'repeated', events: [] }
      fresh = newer.known.sequence === known.sequence
      known = newer.known
    }
  }

  const record: Decisions['record'] = async (to, events, cause, signal) => {
    const address = { ...to, service }
    const result = await log.append({ subject: subjectOf(address), events: await outgoing(address, events, cause) }, signal)
    return result.status === 'appended'
  }

  return { decide, record }
}
