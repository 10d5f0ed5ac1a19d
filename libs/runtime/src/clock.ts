import type { EventLog } from '@zyra/jetstream'
import type { HealthCheck } from './health-check.ts'
import { pauseFor, type Pause } from './retry.ts'

/** The clock was right when this was written: an earlier time is a machine without a battery clock that was not told the time yet. */
const NOT_BEFORE = Date.parse('2026-11-01T00:00:00Z')
const TOLERANCE_MS = 60_000
const LOOK_EVERY_MS = 2_000
/** A machine that was off for longer is rarer than a clock that jumped. */
const LONGEST_SLEEP_DAYS = 400

/** Why the clock cannot be right, or undefined. The log's last event is the latest time that is known to have passed. */
export const clockProblem = (now: Date, lastEventAt: string | undefined): string | undefined => {
  if (lastEventAt !== undefined && now.getTime() > Date.parse(lastEventAt) + LONGEST_SLEEP_DAYS * 86_400_000) {
    return `the clock says ${now.toISOString()}, but the last event is of ${lastEventAt}, more than ${LONGEST_SLEEP_DAYS} days before`
  }
  const earliest = Math.max(NOT_BEFORE, lastEventAt === undefined ? 0 : Date.parse(lastEventAt) - TOLERANCE_MS)
  if (now.getTime() >= earliest) return undefined
  return `the clock says ${now.toISOString()}, but it is at least ${new Date(earliest).toISOString()}`
}

/** Knows what time it cannot be. One for all services of a process. */
export interface ClockGuard {
  /** Why nothing may be appended that bears this time (ISO 8601; by default now), or undefined. */
  readonly problem: (time?: string) => string | undefined
  /** An event of this time is in the log. */
  readonly note: (time: string) => void
  readonly check: () => HealthCheck
}

/** See {@link ClockGuard}. Asked before every append: a clock that jumps back or far ahead stops them until it is right again. */
export const guardClock = ({ now, trust }: Pick<ClockOptions, 'now' | 'trust'>): ClockGuard => {
  let latest: string | undefined
  const problem: ClockGuard['problem'] = (time) => (trust ? undefined : clockProblem(time === undefined ? now() : new Date(time), latest))
  return {
    problem,
    note: (time) => {
      if (latest === undefined || Date.parse(time) > Date.parse(latest)) latest = time
    },
    check: () => {
      const why = problem()
      return { name: 'clock', ok: why === undefined, detail: why === undefined ? now().toISOString() : `${why}: nothing is appended until it is right` }
    },
  }
}

/** How to wait for the clock. */
export interface ClockOptions {
  readonly now: () => Date
  /** True to go on with whatever the clock says. */
  readonly trust: boolean
  readonly signal: AbortSignal
  readonly guard?: Pick<ClockGuard, 'note'>
  /** Told before every pause. */
  readonly onWait: (why: string) => void
  readonly pause?: Pause
}

/** Waits until the clock can be right: nothing is appended before, since a wrong time would stand in the log for ever. */
export const waitForClock = async (log: EventLog, { now, trust, signal, guard, onWait, pause = pauseFor }: ClockOptions): Promise<void> => {
  if (trust) return
  const last = await log.lastSequence()
  const lastEventAt = last === 0 ? undefined : (await log.at(last))?.envelope.time
  if (lastEventAt !== undefined) guard?.note(lastEventAt)
  while (!signal.aborted) {
    const problem = clockProblem(now(), lastEventAt)
    if (problem === undefined) return
    onWait(`${problem}: waiting for the time to be set. Set ZYRA_TRUST_CLOCK=true to go on all the same.`)
    await pause(LOOK_EVERY_MS, signal)
  }
}
