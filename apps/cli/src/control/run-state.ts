import { addressOf } from '@zyra/jetstream'
import { known, type Entry } from '../log/entry.ts'
import { isOfReconcile } from '../parked/about.ts'

/** How far a run of a reconcile is, by the events of its correlation. */
export interface RunState {
  /** Items that both channels showed; undefined until the run has finished. */
  readonly items: number | undefined
  /** Why the channels could not be read. */
  readonly failed: string | undefined
  /** The lot in which a part of the run waits. */
  readonly parked: string | undefined
  /** Quantities that were decided and have no answer: neither Etsy's, nor that of a newer decision, nor that the reactor gave up. */
  readonly unanswered: number
}

/** The lots of parked handlers among events, with the sequence that waits. */
const lotsIn = (entries: readonly Entry[]) =>
  entries.flatMap((entry) => {
    const event = known(entry)
    return event?.type === 'runtime.HandlerParked' ? [{ ...event.data, id: event.meta.aggregateId }] : []
  })

/** `newest` is the sequence of the newest decision about each subject, whatever it came of. */
export const runState = (entries: readonly Entry[], newest: ReadonlyMap<string, number>): RunState => {
  const events = entries.flatMap((entry) => known(entry) ?? [])
  const finished = events.find((event) => event.type === 'inventory.ReconcileFinished')
  const failed = events.find((event) => event.type === 'inventory.ReconcileFailed' || event.type === 'inventory.ChannelsReadFailed')
  const lots = lotsIn(entries)
  const answered = new Set(events.filter(({ type }) => /\.EtsyQuantity(Set|Refused)$/.test(type)).map(({ meta }) => meta.causationId))
  const unanswered = entries.filter(
    ({ stored: { envelope, sequence, subject } }) =>
      envelope.type === 'inventory.EtsyQuantityDecided' &&
      !answered.has(envelope.id) &&
      (newest.get(subject) ?? 0) <= sequence &&
      !lots.some((lot) => lot.sequence === sequence),
  )
  return { items: finished?.data.items, failed: failed?.data.reason, parked: lots.find(isOfReconcile)?.id, unanswered: unanswered.length }
}

const CHANGED = /\.(StockObserved|DriftFound|EtsyQuantityDecided|EtsyQuantitySet|EtsyQuantityRefused|ItemIdentified|EtsyListing\w+|HandlerParked)$/

/** An item that a run set right, or tried to, with the events that tell it. */
export interface Changed {
  readonly item: string
  readonly found: readonly Entry[]
}

const itemOf = (entry: Entry): string => {
  const event = known(entry)
  return event?.type === 'runtime.HandlerParked' ? addressOf(event.data.subject).id : entry.event.meta.aggregateId
}

/** What a run set right, by item. Decisions are told by their answers where there are some. */
export const changesOf = (entries: readonly Entry[]): readonly Changed[] => {
  const changes = entries.filter((entry) => {
    const event = known(entry)
    return CHANGED.test(entry.stored.envelope.type) && (event?.type !== 'runtime.HandlerParked' || !isOfReconcile(event.data))
  })
  return [...Map.groupBy(changes, itemOf)].map(([item, found]) => {
    const isAnswered = found.some(({ stored }) => /(Set|Refused|Parked)$/.test(stored.envelope.type))
    return { item, found: found.filter(({ stored }) => !isAnswered || !stored.envelope.type.endsWith('QuantityDecided')) }
  })
}

/** A run that has begun and of whose end nothing is known, by the events of its aggregate; undefined where there is none. */
export const underWay = (entries: readonly Entry[]): Entry | undefined => {
  const last = entries.findLast(({ stored }) => /\.Reconcile(Started|Finished|Failed|Ended)$/.test(stored.envelope.type))
  return last?.stored.envelope.type === 'inventory.ReconcileStarted' ? last : undefined
}
