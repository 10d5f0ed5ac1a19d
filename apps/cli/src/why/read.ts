import { allServices } from '@zyra/all'
import { aggregateFilter, type EventLog, type StoredEvent } from '@zyra/jetstream'
import type { Codec } from '@zyra/runtime'
import { z } from 'zod'
import type { Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { openEntries, openEntry, type Entry } from '../log/entry.ts'
import { ALL, readBackwards, readRange } from '../log/ranges.ts'
import { chainOf, type Fact } from './chain.ts'
import type { Handlers } from './handlers.ts'

/** The sequence at which a correlation began. Its event carries the correlation's id; a chain of the runtime has none that does. */
const beginning = async (log: EventLog, { sequence, envelope }: StoredEvent, signal: AbortSignal): Promise<number> => {
  if (envelope.id === envelope.correlationId) return sequence
  let first = sequence
  for await (const events of readBackwards({ log, filter: ALL, from: 1, to: sequence, signal })) {
    const mine = events.filter((each) => each.envelope.correlationId === envelope.correlationId)
    first = Math.min(first, mine[0]?.sequence ?? first)
    if (mine.some(({ envelope: { id, correlationId, causationId } }) => id === correlationId || causationId === correlationId)) return first
  }
  return first
}

const correlated = async (
  log: EventLog,
  start: number,
  correlationId: string,
  { interrupted, progress }: Terminal,
): Promise<readonly StoredEvent[]> => {
  const last = await log.lastSequence()
  const found: StoredEvent[] = []
  for await (const events of readRange({ log, filter: ALL, from: start, to: last, signal: interrupted })) {
    found.push(...events.filter(({ envelope }) => envelope.correlationId === correlationId))
    progress(`Reading what followed: #${events.at(-1)?.sequence ?? last} of #${last}`)
  }
  return found
}

const registration = z.object({ handler: z.string(), afterSequence: z.number() })

/** From where on each handler acts. */
export const startsOf = async (log: EventLog): Promise<ReadonlyMap<string, number>> => {
  const registered = await log.lastOf([aggregateFilter('*', 'handler')])
  return new Map(
    registered.map(({ data }) => {
      const { handler, afterSequence } = registration.parse(data)
      return [handler, afterSequence]
    }),
  )
}

const SETS_A_VALUE: ReadonlySet<string> = new Set(
  Object.values(allServices).flatMap(({ reactors = [] }) =>
    reactors.filter(({ newestOnly }) => newestOnly).flatMap(({ on }) => Object.keys(on)),
  ),
)

const newerOnes = async (log: EventLog, entries: readonly Entry[]): Promise<ReadonlyMap<number, StoredEvent>> => {
  const found = new Map<number, StoredEvent>()
  for (const {
    stored: { subject, sequence, envelope },
  } of entries.filter(({ stored }) => SETS_A_VALUE.has(stored.envelope.type))) {
    const later = (await log.load(subject, sequence + 1)).find(({ envelope: { type } }) => type === envelope.type)
    if (later !== undefined) found.set(sequence, later)
  }
  return found
}

/** A chain, its events as they may be shown, and the event it was asked for. */
export interface Chain {
  readonly roots: readonly Fact[]
  readonly entries: readonly Entry[]
  readonly asked: Entry
}

const wholeOrHidden = (reading: Reading): Promise<Codec> => reading.whole().catch(() => reading.hidden)

/** Every event of the correlation that an event belongs to, oldest first, as stored. */
export const correlationOf = async (log: EventLog, stored: StoredEvent, terminal: Terminal): Promise<readonly StoredEvent[]> => {
  const start = await beginning(log, stored, terminal.interrupted)
  const found = await correlated(log, start, stored.envelope.correlationId, terminal)
  terminal.progress('')
  return found
}

/** Reads everything that an event belongs to. Policies are asked what they saw in bodies, which are not kept for the screen. */
export const readChain = async (reading: Reading, stored: StoredEvent, terminal: Terminal, personal: boolean): Promise<Chain> => {
  const { log, hidden } = reading
  const found = await correlationOf(log, stored, terminal)
  const codec = personal ? await reading.whole() : hidden
  const entries = await openEntries(await wholeOrHidden(reading), found)
  const newer = await newerOnes(log, entries)
  const services: readonly Handlers[] = Object.values(allServices)
  const roots = chainOf({ entries, services, startAfter: await startsOf(log), newer: (entry) => newer.get(entry.stored.sequence) })
  return { roots, entries: await openEntries(codec, found), asked: await openEntry(codec, stored) }
}
