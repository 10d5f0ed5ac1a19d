import { UnknownEventVersion } from '@zyra/contracts'
import { LogUnavailable } from '@zyra/jetstream'
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf, Transient } from './errors.ts'

/** Pauses before the second, third ... try, in ms; after the last one an aggregate is parked. */
export const TRY_PAUSES_MS: readonly number[] = [200, 1_000, 5_000, 15_000]
const HOLD_PAUSES_MS: readonly number[] = [100, 250, 500, 1_000, 2_000, 5_000, 10_000, 30_000]
/** A vendor that asks for no pause, or for more than a timer takes (2^31 ms), is given one in between. */
const SHORTEST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 24 * 60 * 60 * 1_000

/** Waits, or ends early when the signal aborts. Never rejects. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>

/** See {@link Pause}. */
export const pauseFor: Pause = (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined)

/** Resolves once the signal aborts. */
export const whenAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** `failed` counts towards giving up; `holding` waits for what passes by itself; `outdated` waits for the release that knows a version. */
export type WaitReason = 'failed' | 'holding' | 'outdated'

/** What became of work that was tried until it could not be tried any more. */
export type Tried = { readonly status: 'done' } | { readonly status: 'left' } | { readonly status: 'gave up'; readonly error: Error; readonly tries: number }

/** How work is tried. */
export interface TryOptions {
  /** Fires when no further try is to be begun here: the work is left to whoever owns it next. */
  readonly leaving: AbortSignal
  /** Told before every pause. */
  readonly onWait: (why: string, reason: WaitReason, pauseMs: number) => void
  /** Before the second, third ... try, in ms. */
  readonly pauses?: readonly number[]
  readonly pause?: Pause
}

const reasonOf = (error: unknown): WaitReason => {
  if (error instanceof UnknownEventVersion) return 'outdated'
  return error instanceof Transient || error instanceof LogUnavailable ? 'holding' : 'failed'
}

const holdFor = (error: unknown, waited: number): number => {
  const asked = error instanceof Transient ? error.retryAfterMs : undefined
  if (asked === undefined || !Number.isFinite(asked)) return HOLD_PAUSES_MS[Math.min(waited, HOLD_PAUSES_MS.length - 1)] ?? SHORTEST_PAUSE_MS
  return Math.min(Math.max(asked, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS)
}

/** Tries until it is done, left to others, or it failed once more than there are pauses. Waiting is not counted as failing. */
export const tryUntilDone = async (work: () => Promise<void>, options: TryOptions): Promise<Tried> => {
  const { leaving, onWait, pauses = TRY_PAUSES_MS, pause = pauseFor } = options
  let [failures, waited] = [0, 0]
  const isLeaving = (): boolean => leaving.aborted
  while (!isLeaving()) {
    try {
      await work()
      return { status: 'done' }
    } catch (error) {
      if (isLeaving()) break
      const reason = reasonOf(error)
      const pauseMs = reason === 'failed' ? pauses[failures] : holdFor(error, waited)
      if (reason === 'failed') failures += 1
      else waited += 1
      if (pauseMs === undefined) return { status: 'gave up', error: error instanceof Error ? error : new Error(String(error)), tries: failures }
      onWait(messageOf(error), reason, pauseMs)
      await pause(pauseMs, leaving)
    }
  }
  return { status: 'left' }
}

/** Tries without end, for what must not be given up on (giving up itself, for one). Answers false when it is left to others. */
export const keepTrying = async (work: () => Promise<void>, options: Omit<TryOptions, 'pauses'>): Promise<boolean> => {
  const asTransient = (error: unknown): never => {
    throw reasonOf(error) === 'failed' ? new Transient(messageOf(error), { cause: error }) : error
  }
  const { status } = await tryUntilDone(() => work().catch(asTransient), options)
  return status === 'done'
}
