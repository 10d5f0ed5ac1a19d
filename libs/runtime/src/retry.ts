import { UnknownEventVersion } from '@zyra/contracts'
import { LogUnavailable } from '@zyra/jetstream'
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf, Transient } from './errors.ts'

/** Pauses before the second, third ... try, in ms; after the last one an aggregate is parked. */
export const TRY_PAUSES_MS: readonly number[] = [200, 1_000, 5_000, 15_000]
const HOLD_PAUSES_MS: readonly number[] = [100, 250, 500, 1_000, 2_000, 5_000, 10_000, 30_000]

/** What became of work that was tried until it could not be tried any more. */
export type Tried = { readonly status: 'done' } | { readonly status: 'lost' } | { readonly status: 'gave up'; readonly error: Error; readonly tries: number }

/** How work is tried. */
export interface TryOptions {
  /** Fires when this process must not act any more. */
  readonly lost: AbortSignal
  /** Told before every pause: why, and whether the work only waits (true) or failed (false). */
  readonly onWait: (why: string, holds: boolean) => void
  readonly pauses?: readonly number[]
}

/** What passes by itself is waited for without end; an unknown version waits for the release that knows it. */
const holds = (error: unknown): boolean => error instanceof Transient || error instanceof LogUnavailable || error instanceof UnknownEventVersion

const pauseFor = (error: unknown, waited: number): number =>
  (error instanceof Transient ? error.retryAfterMs : undefined) ?? HOLD_PAUSES_MS[Math.min(waited, HOLD_PAUSES_MS.length - 1)] ?? 1_000

/** Tries until it is done, the right to act is lost, or it failed once more than there are pauses. Waiting is not counted as failing. */
export const tryUntilDone = async (work: () => Promise<void>, { lost, onWait, pauses = TRY_PAUSES_MS }: TryOptions): Promise<Tried> => {
  let [failures, waited] = [0, 0]
  for (;;) {
    if (lost.aborted) return { status: 'lost' }
    try {
      await work()
      return { status: 'done' }
    } catch (error) {
      if (lost.aborted) return { status: 'lost' }
      const waits = holds(error)
      const pause = waits ? pauseFor(error, waited) : pauses[failures]
      if (waits) waited += 1
      else failures += 1
      if (pause === undefined) return { status: 'gave up', error: error instanceof Error ? error : new Error(String(error)), tries: failures }
      onWait(messageOf(error), waits)
      await delay(pause, undefined, { signal: lost }).catch(() => undefined)
    }
  }
}
