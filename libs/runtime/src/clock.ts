import type { EventLog } from '@zyra/jetstream'
import { pauseFor, type Pause } from './retry.ts'

/** The clock was right when this was written: an earlier time is a machine without a battery clock that was not told the time yet. */
const NOT_BEFORE = Date.parse('2026-11-01T00:00:00Z')
const TOLERANCE_MS = 60_000
const LOOK_EVERY_MS = 2_000

/** Why the clock cannot be right, or undefined. The log's last event is the latest time that is known to have passed. */
export const clockProblem = (now: Date, lastEventAt: string | undefined): string | undefined => {
  const earliest = Math.max(NOT_BEFORE, lastEventAt === undefined ? 0 : Date.parse(lastEventAt) - TOLERANCE_MS)
  if (now.getTime() >= earliest) return undefined
  return `the clock says ${now.toISOString()}, but it is at least ${new Date(earliest).toISOString()}`
}

/** How to wait for the clock. */
export interface ClockOptions {
  readonly now: () => Date
  /** True to go on with whatever the clock says. */
  readonly trust: boolean
  readonly signal: AbortSignal
  /** Told before every pause. */
  readonly onWait: (why: string) => void
  readonly pause?: Pause
}

/** Waits until the clock can be right: nothing is appended before, since a wrong time would stand in the log for ever. */
export const waitForClock = async (log: EventLog, { now, trust, signal, onWait, pause = pauseFor }: ClockOptions): Promise<void> => {
  if (trust) return
  const last = await log.lastSequence()
  const lastEventAt = last === 0 ? undefined : (await log.at(last))?.envelope.time
  while (!signal.aborted) {
    const problem = clockProblem(now(), lastEventAt)
    if (problem === undefined) return
    onWait(`${problem}: waiting for the time to be set. Set ZYRA_TRUST_CLOCK=true to go on all the same.`)
    await pause(LOOK_EVERY_MS, signal)
  }
}
