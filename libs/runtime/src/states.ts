import { fold, type AnyDecider, type Decider, type DomainCommand, type DomainEvent, type Recorded } from '@zyra/es'
import type { EventLog, StoredEvent } from '@zyra/jetstream'
import QuickLRU from 'quick-lru'
import type { Codec } from './codec.ts'
import { standsIn, type StateSnapshots } from './snapshots.ts'

/** A decider as the runtime calls it: what it is handed is what it wrote itself. */
export type Rules = Decider<DomainCommand, DomainEvent, unknown>

/** The state of an aggregate up to an event. */
export interface Known {
  readonly state: unknown
  /** 0 before the first event. */
  readonly sequence: number
  readonly lastId: string
  /** Events since the last snapshot. */
  readonly unsaved: number
}

/** What the log says of an aggregate now. `ids` are those of the events that were looked at. */
export interface Newest {
  readonly known: Known
  readonly ids: readonly string[]
}

/** States of aggregates in memory, bounded, which catch up with the log from where they are. */
export interface States {
  /** What is remembered, which may be older than the log. */
  readonly recall: (subject: string) => Known | undefined
  /**
   * Reads what is newer than what is remembered, and at least everything after `lookAfter` (Infinity: no more than that).
   * @throws LogUnavailable; UnknownEventVersion where the aggregate holds what a newer release wrote
   */
  readonly catchUp: (rules: Rules, subject: string, lookAfter: number) => Promise<Newest>
  /** Goes on with events that were appended here. */
  readonly advance: (rules: Rules, subject: string, from: Known, landed: Landed) => void
  readonly forget: (subject: string) => void
}

/** Events that this process appended, the sequence of the last one and its id. */
export interface Landed {
  readonly events: readonly DomainEvent[]
  readonly sequence: number
  readonly lastId: string
}

/** What remembering needs. */
export interface StatesOptions {
  readonly log: Pick<EventLog, 'load' | 'loadPage'>
  readonly codec: Pick<Codec, 'open'>
  /** Aggregates whose state is kept in memory. */
  readonly cacheSize: number
  /** Undefined: every state is folded from all its events. */
  readonly snapshots?: StateSnapshots | undefined
}

/** A snapshot is made after so many events: fewer are read with one request, which costs no more than reading a snapshot. */
export const SNAPSHOT_EVERY = 500

/** Where the work on an aggregate begins, and the events read so far. */
interface Begin {
  readonly from: Known
  readonly stored: readonly StoredEvent[]
}

/** The types of its commands and events are its own. */
export const rulesOf = (decider: AnyDecider): Rules => decider as unknown as Rules

/** See {@link States}. */
export const createStates = ({ log, codec, cacheSize, snapshots }: StatesOptions): States => {
  const cache = new QuickLRU<string, Known>({ maxSize: cacheSize })

  const remember = (rules: Rules, subject: string, known: Known): Known => {
    const isDue = snapshots !== undefined && known.unsaved >= SNAPSHOT_EVERY
    if (isDue) snapshots.keep(rules, subject, { state: known.state, sequence: known.sequence, eventId: known.lastId })
    const kept = isDue ? { ...known, unsaved: 0 } : known
    if ((cache.peek(subject)?.sequence ?? -1) < kept.sequence) cache.set(subject, kept)
    return kept
  }

  /** Only an aggregate that one request does not read to its end is asked for a snapshot of. */
  const beginCold = async (rules: Rules, subject: string, lookAfter: number): Promise<Begin> => {
    const none: Known = { state: rules.initialState, sequence: 0, lastId: '', unsaved: 0 }
    const { events: first, left } = await log.loadPage(subject)
    if (left === 0) return { from: none, stored: first }
    const snapshot = await snapshots?.find(rules, subject)
    if (snapshot !== undefined) {
      const stored = await log.load(subject, Math.min(snapshot.sequence, lookAfter + 1))
      if (standsIn(snapshot, stored)) {
        return { from: { state: snapshot.state, sequence: snapshot.sequence, lastId: snapshot.eventId, unsaved: 0 }, stored }
      }
    }
    return { from: none, stored: [...first, ...(await log.load(subject, (first.at(-1)?.sequence ?? 0) + 1))] }
  }

  const begin = async (rules: Rules, subject: string, lookAfter: number): Promise<Begin> => {
    const from = cache.get(subject)
    if (from === undefined) return beginCold(rules, subject, lookAfter)
    return { from, stored: await log.load(subject, Math.min(lookAfter, from.sequence) + 1) }
  }

  return {
    recall: (subject) => cache.get(subject),
    forget: (subject) => void cache.delete(subject),
    catchUp: async (rules, subject, lookAfter) => {
      const { from, stored } = await begin(rules, subject, lookAfter)
      const newer = stored.filter(({ sequence }) => sequence > from.sequence)
      const events: Recorded[] = []
      for (const one of newer) events.push(await codec.open(one))
      const last = newer.at(-1)
      const known = last === undefined
        ? from
        : { state: fold(rules, events, from.state), sequence: last.sequence, lastId: last.envelope.id, unsaved: from.unsaved + newer.length }
      return { known: remember(rules, subject, known), ids: stored.map(({ envelope }) => envelope.id) }
    },
    advance: (rules, subject, from, { events, sequence, lastId }) => {
      remember(rules, subject, { state: fold(rules, events, from.state), sequence, lastId, unsaved: from.unsaved + events.length })
    },
  }
}
