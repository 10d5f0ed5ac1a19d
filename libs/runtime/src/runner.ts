import type { AnyPolicy, AnyReactor } from '@zyra/es'
import type { EventLog, StoredEvent } from '@zyra/jetstream'
import type { Codec } from './codec.ts'
import { actsOn } from './effects.ts'
import type { Observer } from './observer.ts'
import type { Ownership } from './ownership.ts'
import type { HandlerKind, Lot } from './parking.ts'
import type { Redrive } from './redrive.ts'
import { keepTrying, tryUntilDone, type Pause, type Tried } from './retry.ts'

/** Handles what one kind of durable consumer delivers. */
export interface Runner {
  /** Answers true when the event is dealt with, handled or parked, and false when it is left to the next owner. */
  readonly handle: (stored: StoredEvent, owned: Ownership) => Promise<boolean>
  /** Stops a subject until the ownership ends: what cannot be read at all is not skipped. */
  readonly hold: (subject: string, owned: Ownership) => Promise<void>
  /** Handles what waits in a lot again, in order. */
  readonly redrive: Redrive
}

/** What runners of both kinds need. */
export interface RunnerOptions {
  readonly service: string
  readonly log: EventLog
  readonly codec: Codec
  /** The position after which each handler acts, by name. */
  readonly startAfter: ReadonlyMap<string, number>
  readonly observer: Observer
  /** Before the second, third ... try, in ms. */
  readonly pauses?: readonly number[]
  readonly pause?: Pause
}

/** True if the handler acts on this event at all. */
export const concerns = (handler: AnyPolicy | AnyReactor, stored: StoredEvent, startAfter: ReadonlyMap<string, number>): boolean =>
  actsOn(handler, stored) && stored.sequence > (startAfter.get(handler.name) ?? 0)

/** Trying and parking, as runners of both kinds do it. */
export const createTrier = (kind: HandlerKind, { observer, pauses, pause }: Pick<RunnerOptions, 'observer' | 'pauses' | 'pause'>) => {
  const patience = { ...(pauses === undefined ? {} : { pauses }), ...(pause === undefined ? {} : { pause }) }

  const attempt = (owned: Ownership, name: string, subject: string, work: () => Promise<void>): Promise<Tried> =>
    tryUntilDone(work, { ...patience, leaving: owned.leaving, onWait: (why, reason, pauseMs) => observer.waited(name, subject, why, reason, pauseMs) })

  /** Never gives up: what is neither handled nor parked would be forgotten. */
  const park = async (owned: Ownership, lot: Lot, stored: StoredEvent, error: string, tries: number): Promise<boolean> => {
    const parked = await keepTrying(() => owned.parking.park(lot, stored, { error, tries }), {
      ...patience, leaving: owned.leaving, onWait: (why, reason, pauseMs) => observer.waited(lot.handler, lot.subject, why, reason, pauseMs),
    })
    if (!parked) return false
    observer.parked(lot.handler, lot.subject, error)
    observer.lots(kind, owned.parking.size())
    return true
  }

  /** A lot that a former name of the handler left behind goes on to hold what comes after it. */
  const lotNow = ({ parking }: Ownership, lot: Lot, { previously = [] }: AnyPolicy | AnyReactor): Lot =>
    [lot, ...previously.map((handler) => ({ ...lot, handler }))].find(parking.holds) ?? lot

  /** Does work on an event unless it is the lot's business; parks the event if it fails, and behind others that are parked. */
  const workOrPark = async (owned: Ownership, handler: AnyPolicy | AnyReactor, lot: Lot, stored: StoredEvent, work: () => Promise<void>): Promise<boolean> => {
    if (owned.leaving.aborted) return false
    const now = lotNow(owned, lot, handler)
    if (owned.parking.knows(now, stored.sequence)) return true
    if (owned.parking.holds(now)) return park(owned, now, stored, 'waits behind an earlier event that is parked', 0)
    const tried = await attempt(owned, handler.name, lot.subject, work)
    return tried.status === 'gave up' ? park(owned, now, stored, tried.error.message, tried.tries) : tried.status === 'done'
  }

  const again = async (owned: Ownership, handler: AnyPolicy | AnyReactor, lot: Lot, work: () => Promise<void>): Promise<Error | 'left' | undefined> => {
    const tried = await attempt(owned, handler.name, lot.subject, work)
    observer.lots(kind, owned.parking.size())
    return tried.status === 'done' ? undefined : tried.status === 'left' ? 'left' : tried.error
  }

  return { attempt, park, workOrPark, again }
}
