import type { EventLog } from '@zyra/jetstream'
import type { Parking } from './parking.ts'
import { keepTrying, type Pause, type TryOptions } from './retry.ts'

/** What a process may do from the moment it takes a durable consumer over until it loses or leaves it. */
export interface Ownership {
  /** Fires when nothing may be acted on any more. */
  readonly lost: AbortSignal
  /** Fires when nothing new is to be begun; what is under way may end. Fires with `lost` as well. */
  readonly leaving: AbortSignal
  /** What is parked, as the log said at the take-over: a former owner may have changed it. */
  readonly parking: Parking
  /** True if a former owner may have begun on the event, or may still have a call under way that lands late. */
  readonly mayBeInWorkElsewhere: (sequence: number) => boolean
}

/** What taking over needs. */
export interface TakeOverOptions extends Pick<TryOptions, 'onWait'> {
  readonly log: Pick<EventLog, 'lastSequence'>
  readonly openParking: () => Promise<Parking>
  readonly lost: AbortSignal
  readonly draining: AbortSignal
  /** Milliseconds that never jump. */
  readonly monotonic: () => number
  readonly pause?: Pause
}

/** Longer than any call to a vendor lasts (their clients give up after 10 s): a former owner's last call has landed by then. */
export const LATE_CALLS_MS = 60_000

/** Reads what an owner has to know. Undefined when the ownership was lost, or left, before. */
export const takeOver = async ({ log, openParking, lost, draining, monotonic, onWait, pause }: TakeOverOptions): Promise<Ownership | undefined> => {
  const since = monotonic()
  const leaving = AbortSignal.any([lost, draining])
  let known: { readonly parking: Parking; readonly lastBefore: number } | undefined
  const look = async (): Promise<void> => {
    // Anything that stands in the log may have been delivered to the owner before: what a consumer says of itself is set back by take-overs.
    known = { lastBefore: await log.lastSequence(), parking: await openParking() }
  }
  await keepTrying(look, { leaving, onWait, ...(pause === undefined ? {} : { pause }) })
  if (known === undefined) return undefined
  const { parking, lastBefore } = known
  return { lost, leaving, parking, mayBeInWorkElsewhere: (sequence) => sequence <= lastBefore || monotonic() - since < LATE_CALLS_MS }
}
