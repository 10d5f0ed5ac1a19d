import { definitionOf, entryId, type RuntimeEvent } from '@zyra/contracts'
import { aggregateFilter, subjectOf, type EventLog, type StoredEvent } from '@zyra/jetstream'
import type { Decisions } from './decisions.ts'

type HandlerKind = 'policy' | 'reactor'

/** Who gave up on what. */
export interface Lot {
  readonly merchant: string
  readonly handler: string
  readonly kind: HandlerKind
  /** The subject of the aggregate that waits. */
  readonly subject: string
}

/** A lot with what waits in it, oldest first. */
export interface LotContent {
  readonly lot: Lot
  readonly sequences: readonly number[]
  readonly error: string
  /** The attempts of earlier redrives by the id of the request that asked for them. */
  readonly attempts: ReadonlyMap<string, number>
}

/** Dead letters: an aggregate on which a handler gave up waits here, with its error, until somebody redrives it. */
export interface Parking {
  readonly holds: (lot: Lot) => boolean
  readonly park: (lot: Lot, stored: StoredEvent, error: string, tries: number) => Promise<void>
  /** @throws Error when there is no such lot */
  readonly content: (merchant: string, parkedId: string) => Promise<LotContent>
  /** Records that a lot is being redriven; the same request always gets the same attempt. */
  readonly redriven: (content: LotContent, requestId: string) => Promise<number>
  /** Records that everything up to this event is handled; the lot is free once nothing is left. */
  readonly unpark: (lot: Lot, requestId: string, upToSequence: number) => Promise<void>
  readonly size: () => number
}

/** The id of a lot: what the command line shows and takes. */
export const parkedIdOf = ({ handler, subject }: Lot): string => `${handler}~${subject.split('.').slice(2).join('~')}`

type ParkedEvent = Extract<RuntimeEvent, { type: 'runtime.HandlerParked' | 'runtime.HandlerRedriven' | 'runtime.HandlerUnparked' }>

const asParked = (stored: StoredEvent): ParkedEvent => {
  const data = definitionOf(stored.envelope.type).schema.parse(stored.data)
  return { type: stored.envelope.type, data } as ParkedEvent
}

const lotOf = (stored: StoredEvent): Lot => {
  const { handler, kind, subject } = asParked(stored).data
  return { handler, kind, subject, merchant: stored.envelope.source.split('/')[1] ?? '' }
}

/** Reads what is parked from the log and keeps track of it. */
export const openParking = async ({ log, decisions, service }: { log: EventLog; decisions: Decisions; service: string }): Promise<Parking> => {
  const held = new Set<string>()
  const keyOf = (lot: Lot): string => `${lot.merchant}|${lot.kind}|${parkedIdOf(lot)}`
  const addressOf = (lot: Lot) => ({ merchant: lot.merchant, aggregate: 'parked', id: parkedIdOf(lot) })

  const record = (lot: Lot, event: RuntimeEvent, causationId: string, correlationId: string, attempt = 1): Promise<boolean> =>
    decisions.record(addressOf(lot), [event], {
      meta: { merchant: lot.merchant, id: causationId, correlationId, backfill: false },
      handler: `park/${parkedIdOf(lot)}`,
      actor: `runtime:${service}`,
      attempt,
    })

  const read = async (subject: string): Promise<LotContent | undefined> => {
    const stored = await log.load(subject)
    const last = stored.at(-1)
    if (last === undefined) return undefined
    let sequences: number[] = []
    let error = ''
    const attempts = new Map<string, number>()
    for (const one of stored) {
      const event = asParked(one)
      if (event.type === 'runtime.HandlerRedriven') attempts.set(one.envelope.causationId, event.data.attempt)
      else if (event.type === 'runtime.HandlerUnparked') sequences = sequences.filter((sequence) => sequence > event.data.upToSequence)
      else {
        sequences.push(event.data.sequence)
        if (event.data.tries > 0) error = event.data.error
      }
    }
    return { lot: lotOf(last), sequences: [...new Set(sequences)].toSorted((a, b) => a - b), error, attempts }
  }

  const content: Parking['content'] = async (merchant, parkedId) => {
    const found = await read(subjectOf({ merchant, service, aggregate: 'parked', id: parkedId }))
    if (found === undefined) throw new Error(`nothing is parked as "${parkedId}" in ${service}`)
    return found
  }

  for (const { subject } of await log.lastOf([aggregateFilter(service, 'parked')])) {
    const found = await read(subject)
    if (found !== undefined && found.sequences.length > 0) held.add(keyOf(found.lot))
  }

  return {
    holds: (lot) => held.has(keyOf(lot)),
    size: () => held.size,
    content,
    park: async (lot, stored, error, tries) => {
      held.add(keyOf(lot))
      const data = { handler: lot.handler, kind: lot.kind, subject: lot.subject, sequence: stored.sequence, tries, error }
      const { id, correlationId, attempt } = stored.envelope
      await record(lot, { type: 'runtime.HandlerParked', data }, entryId(id, error, String(tries)), correlationId, attempt)
    },
    redriven: async ({ lot: { handler, kind, subject, merchant }, attempts }, requestId) => {
      const attempt = attempts.get(requestId) ?? attempts.size + 2
      const lot = { handler, kind, subject, merchant }
      await record(lot, { type: 'runtime.HandlerRedriven', data: { handler, kind, subject, attempt } }, requestId, requestId, attempt)
      return attempt
    },
    unpark: async (lot, requestId, upToSequence) => {
      const { handler, kind, subject } = lot
      const causationId = entryId(requestId, 'unpark', String(upToSequence))
      await record(lot, { type: 'runtime.HandlerUnparked', data: { handler, kind, subject, upToSequence } }, causationId, requestId)
      const { sequences } = await content(lot.merchant, parkedIdOf(lot))
      if (sequences.length === 0) held.delete(keyOf(lot))
    },
  }
}
