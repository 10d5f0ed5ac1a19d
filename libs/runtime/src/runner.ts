import type { AnyPolicy, AnyReactor } from '@zyra/es'
import type { EventLog, StoredEvent } from '@zyra/jetstream'
import type { Codec } from './codec.ts'
import { actsOn } from './effects.ts'
import type { Observer } from './observer.ts'
import type { Ownership } from './ownership.ts'
import type { HandlerKind, Lot } from './parking.ts'
import type { Redrive } from './redrive.ts'
import { keepTrying, tryUntilDone, type Pause, type Tried } from './retry.ts'
import { handlerSpan } from './tracing-spans.ts'
import { noTracer, type OpenSpan, type Span, type Tracer } from './tracing.ts'

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
  readonly tracer?: Tracer
  /** Before the second, third ... try, in ms. */
  readonly pauses?: readonly number[]
  readonly pause?: Pause
}

/** True if the handler acts on this event at all. */
export const concerns = (handler: AnyPolicy | AnyReactor, stored: StoredEvent, startAfter: ReadonlyMap<string, number>): boolean =>
  actsOn(handler, stored) && stored.sequence > (startAfter.get(handler.name) ?? 0)

/** Work of a handler on an event; `number` is 1, or more after redrives. */
interface Attempt {
  readonly handler: AnyPolicy | AnyReactor
  readonly lot: Lot
  readonly stored: StoredEvent
  readonly number: number
  readonly work: (span: Span) => Promise<void>
}

/** Trying and parking, as runners of both kinds do it. */
export const createTrier = (kind: HandlerKind, options: Pick<RunnerOptions, 'service' | 'observer' | 'tracer' | 'pauses' | 'pause'>) => {
  const { service, observer, tracer = noTracer, pauses, pause } = options
  const patience = { ...(pauses === undefined ? {} : { pauses }), ...(pause === undefined ? {} : { pause }) }

  const attempt = (owned: Ownership, name: string, subject: string, work: () => Promise<void>, within = (tell: () => void) => tell()): Promise<Tried> =>
    tryUntilDone(work, {
      ...patience, leaving: owned.leaving,
      onWait: (why, reason, pauseMs) => within(() => observer.waited(name, subject, why, reason, pauseMs)),
    })

  /** Each try is a span, and what is told of it belongs to it. */
  const attemptTraced = async (owned: Ownership, { handler, lot, stored, number, work }: Attempt) => {
    let last: OpenSpan | undefined
    const within = <Result>(tell: () => Result): Result => (last === undefined ? tell() : last.within(tell))
    const describe = () => handlerSpan({ service, kind, handler: handler.name, stored, attempt: number, now: Date.now() })
    const tryOnce = (): Promise<void> =>
      tracer.span(describe, (span) => {
        last = span
        return work(span)
      })
    return { tried: await attempt(owned, handler.name, lot.subject, tryOnce, within), within }
  }

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
  const workOrPark = async (owned: Ownership, handler: AnyPolicy | AnyReactor, lot: Lot, stored: StoredEvent, work: Attempt['work']): Promise<boolean> => {
    if (owned.leaving.aborted) return false
    const now = lotNow(owned, lot, handler)
    if (owned.parking.knows(now, stored.sequence)) return true
    if (owned.parking.holds(now)) return park(owned, now, stored, 'waits behind an earlier event that is parked', 0)
    const { tried, within } = await attemptTraced(owned, { handler, lot, stored, number: 1, work })
    return tried.status === 'gave up' ? within(() => park(owned, now, stored, tried.error.message, tried.tries)) : tried.status === 'done'
  }

  const again = async (owned: Ownership, asked: Attempt): Promise<Error | 'left' | undefined> => {
    const { tried } = await attemptTraced(owned, asked)
    observer.lots(kind, owned.parking.size())
    return tried.status === 'done' ? undefined : tried.status === 'left' ? 'left' : tried.error
  }

  return { attempt, park, workOrPark, again }
}
