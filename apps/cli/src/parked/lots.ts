import type { RuntimeEvent } from '@zyra/contracts'
import type { Recorded } from '@zyra/es'

/** An aggregate on which a handler gave up, as the log tells it. */
export interface Lot {
  /** What the command line shows and takes. */
  readonly id: string
  readonly merchant: string
  readonly service: string
  readonly handler: string
  readonly kind: 'policy' | 'reactor'
  /** The subject of the aggregate that waits. */
  readonly subject: string
  /** The events that wait, by sequence. */
  readonly waiting: readonly number[]
  /** Why the handler gave up the last time that it tried. */
  readonly error: string
  readonly tries: number
  readonly redrives: number
  /** When the oldest waiting event was parked, ISO 8601. */
  readonly since: string
}

const PARKED_EVENTS = ['runtime.HandlerParked', 'runtime.HandlerRedriven', 'runtime.HandlerUnparked', 'runtime.HandlerDiscarded'] as const

type ParkedEvent = Extract<
  Recorded<RuntimeEvent>,
  { readonly type: (typeof PARKED_EVENTS)[number] }
>

const evolve = (lot: Lot, event: ParkedEvent): Lot => {
  switch (event.type) {
    case 'runtime.HandlerRedriven':
      return { ...lot, redrives: lot.redrives + 1 }
    case 'runtime.HandlerUnparked':
    case 'runtime.HandlerDiscarded':
      return { ...lot, waiting: lot.waiting.filter((sequence) => sequence > event.data.upToSequence) }
    case 'runtime.HandlerParked': {
      const { sequence, tries, error } = event.data
      const since = lot.waiting.length === 0 ? event.meta.time : lot.since
      const waiting = [...new Set([...lot.waiting, sequence])].toSorted((a, b) => a - b)
      return { ...lot, waiting, since, ...(tries === 0 ? {} : { error, tries }) }
    }
  }
}

/** Folds the events of one lot, oldest first; undefined where there are none. */
export const lotFrom = (events: readonly ParkedEvent[]): Lot | undefined => {
  const [first] = events
  if (first === undefined) return undefined
  const {
    meta: { merchant, service, aggregateId: id, time },
    data: { handler, kind, subject },
  } = first
  const empty: Lot = { id, merchant, service, handler, kind, subject, waiting: [], error: '', tries: 0, redrives: 0, since: time }
  return events.reduce(evolve, empty)
}

/** True for what a lot is made of. */
export const isParkedEvent = (event: Recorded<{ readonly type: string; readonly data: unknown }>): event is ParkedEvent =>
  PARKED_EVENTS.some((type) => type === event.type)
