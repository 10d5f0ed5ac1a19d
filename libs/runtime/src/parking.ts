import { entryId, type RuntimeEvent } from '@zyra/contracts'
import { addressOf, aggregateFilter, encodeToken, subjectOf, type EventLog, type StoredEvent } from '@zyra/jetstream'
import type { Decisions } from './decisions.ts'
import { readPlain } from './plain.ts'

export type HandlerKind = 'policy' | 'reactor'

/** Who gave up on what. */
export interface Lot {
  readonly merchant: string
  readonly handler: string
  readonly kind: HandlerKind
  /** The subject of the aggregate that waits. */
  readonly subject: string
}

/** An event that waits. */
export interface Waiting {
  readonly sequence: number
  /** The position in the log at which it came to wait. */
  readonly parkedAt: number
  /** The position in the log at which it was last given up on; 0 for one that only waits behind another. */
  readonly failedAt: number
}

/** A lot with what waits in it, oldest first. */
export interface LotContent {
  readonly lot: Lot
  readonly waiting: readonly Waiting[]
  /** The attempts of earlier redrives by the id of the request that asked for them. */
  readonly attempts: ReadonlyMap<string, number>
}

/** Why an event waits. */
export interface GivenUp {
  readonly error: string
  /** 0 for one that only waits behind another. */
  readonly tries: number
  /** The request for a redrive in which it failed once more. */
  readonly requestId?: string
}

/** Who left it undone, and why. */
export interface Verdict {
  readonly by: string
  readonly reason: string
}

/** Dead letters: an aggregate on which a handler gave up waits here, with its error, until somebody redrives it. */
export interface Parking {
  readonly holds: (lot: Lot) => boolean
  /** True if the event was parked in this lot once, whether it still waits or was redriven: nobody but a redrive deals with it. */
  readonly knows: (lot: Lot, sequence: number) => boolean
  readonly park: (lot: Lot, stored: StoredEvent, why: GivenUp) => Promise<void>
  /** @throws Error when there is no such lot */
  readonly content: (merchant: string, parkedId: string) => Promise<LotContent>
  /** Records that a lot is being redriven; the same request always gets the same attempt. */
  readonly redriven: (content: LotContent, requestId: string) => Promise<number>
  /** Records that everything up to this event is handled; the lot is free once nothing is left. */
  readonly unpark: (lot: Lot, requestId: string, upToSequence: number) => Promise<void>
  /** Records that everything up to this event is left undone. */
  readonly discard: (lot: Lot, requestId: string, upToSequence: number, why: Verdict) => Promise<void>
  /** Lots in which something waits. */
  readonly size: () => number
}

/** What parking stands on. */
export interface ParkingOptions {
  readonly log: Pick<EventLog, 'load' | 'lastOf'>
  readonly decisions: Pick<Decisions, 'record'>
  readonly service: string
  readonly kind: HandlerKind
}

/** What is parked for having too long an id must itself find room in a subject (500 bytes, with the merchant's name). */
const MAX_READABLE = 200

/** The id of a lot: what the command line shows and takes. Where it would be too long, a digest stands for the aggregate's name. */
export const parkedIdOf = ({ handler, subject }: Pick<Lot, 'handler' | 'subject'>): string => {
  const readable = `${handler}~${subject.split('.').slice(2).join('~')}`
  return encodeToken(readable).length <= MAX_READABLE ? readable : `${handler}~${entryId('lot', subject)}`
}

const PARKED_EVENTS = ['runtime.HandlerParked', 'runtime.HandlerRedriven', 'runtime.HandlerUnparked', 'runtime.HandlerDiscarded'] as const
type ParkedEvent = Extract<RuntimeEvent, { type: (typeof PARKED_EVENTS)[number] }>

interface Known {
  readonly waiting: Set<number>
  readonly everParked: Set<number>
}

const contentOf = (stored: readonly StoredEvent[]): (LotContent & { readonly everParked: readonly number[] }) | undefined => {
  const waiting = new Map<number, Waiting>()
  const attempts = new Map<string, number>()
  const everParked: number[] = []
  let lot: Lot | undefined
  for (const one of stored) {
    const event = readPlain(one, ...PARKED_EVENTS)
    if (event === undefined) continue
    const { handler, kind, subject } = event.data
    lot = { handler, kind, subject, merchant: addressOf(one.subject).merchant }
    switch (event.type) {
      case 'runtime.HandlerRedriven':
        attempts.set(one.envelope.causationId, event.data.attempt)
        break
      case 'runtime.HandlerUnparked':
      case 'runtime.HandlerDiscarded':
        for (const sequence of waiting.keys()) if (sequence <= event.data.upToSequence) waiting.delete(sequence)
        break
      case 'runtime.HandlerParked': {
        const { sequence, tries } = event.data
        const { parkedAt = one.sequence, failedAt = 0 } = waiting.get(sequence) ?? {}
        waiting.set(sequence, { sequence, parkedAt, failedAt: tries > 0 ? one.sequence : failedAt })
        everParked.push(sequence)
      }
    }
  }
  if (lot === undefined) return undefined
  return {
    lot,
    waiting: [...waiting.values()].toSorted((a, b) => a.sequence - b.sequence),
    attempts, everParked,
  }
}

/** Reads what handlers of one kind parked, and keeps track of it for as long as nobody else parks. */
export const openParking = async ({ log, decisions, service, kind }: ParkingOptions): Promise<Parking> => {
  const lots = new Map<string, Known>()
  const keyOf = (lot: Lot): string => `${lot.merchant}|${parkedIdOf(lot)}`
  const knownOf = (lot: Lot): Known => {
    const known = lots.get(keyOf(lot)) ?? { waiting: new Set(), everParked: new Set() }
    lots.set(keyOf(lot), known)
    return known
  }

  const record = (lot: Lot, event: ParkedEvent, causationId: string, correlationId: string, attempt = 1): Promise<boolean> =>
    decisions.record({ merchant: lot.merchant, aggregate: 'parked', id: parkedIdOf(lot) }, [event], {
      meta: { merchant: lot.merchant, id: causationId, correlationId, backfill: false },
      handler: `park/${parkedIdOf(lot)}`,
      actor: `runtime:${service}`,
      attempt,
    })

  const forget = (lot: Lot, upToSequence: number): void => {
    const { waiting } = knownOf(lot)
    for (const sequence of [...waiting]) if (sequence <= upToSequence) waiting.delete(sequence)
  }

  for (const { subject } of await log.lastOf([aggregateFilter(service, 'parked')])) {
    const found = contentOf(await log.load(subject))
    if (found?.lot.kind !== kind) continue
    lots.set(keyOf(found.lot), { waiting: new Set(found.waiting.map(({ sequence }) => sequence)), everParked: new Set(found.everParked) })
  }

  return {
    holds: (lot) => (lots.get(keyOf(lot))?.waiting.size ?? 0) > 0,
    knows: (lot, sequence) => lots.get(keyOf(lot))?.everParked.has(sequence) === true,
    size: () => [...lots.values()].filter(({ waiting }) => waiting.size > 0).length,
    park: async (lot, stored, { error, tries, requestId = '' }) => {
      const data = { handler: lot.handler, kind: lot.kind, subject: lot.subject, sequence: stored.sequence, tries, error }
      const { id, correlationId, attempt } = stored.envelope
      await record(lot, { type: 'runtime.HandlerParked', data }, entryId(id, error, String(tries), requestId), correlationId, attempt)
      const { waiting, everParked } = knownOf(lot)
      waiting.add(stored.sequence)
      everParked.add(stored.sequence)
    },
    content: async (merchant, parkedId) => {
      const found = contentOf(await log.load(subjectOf({ merchant, service, aggregate: 'parked', id: parkedId })))
      if (found === undefined) throw new Error(`nothing is parked as "${parkedId}" in ${service}`)
      return found
    },
    redriven: async ({ lot, attempts }, requestId) => {
      const attempt = attempts.get(requestId) ?? attempts.size + 2
      const { handler, kind: kindOfLot, subject } = lot
      await record(lot, { type: 'runtime.HandlerRedriven', data: { handler, kind: kindOfLot, subject, attempt } }, requestId, requestId, attempt)
      return attempt
    },
    unpark: async (lot, requestId, upToSequence) => {
      const { handler, kind: kindOfLot, subject } = lot
      const causationId = entryId(requestId, 'unpark', String(upToSequence))
      await record(lot, { type: 'runtime.HandlerUnparked', data: { handler, kind: kindOfLot, subject, upToSequence } }, causationId, requestId)
      forget(lot, upToSequence)
    },
    discard: async (lot, requestId, upToSequence, why) => {
      const { handler, kind: kindOfLot, subject } = lot
      const causationId = entryId(requestId, 'discard', String(upToSequence))
      await record(lot, { type: 'runtime.HandlerDiscarded', data: { handler, kind: kindOfLot, subject, upToSequence, ...why } }, causationId, requestId)
      forget(lot, upToSequence)
    },
  }
}
