import type { EventLog } from '@zyra/jetstream'
import { setTimeout as delay } from 'node:timers/promises'

/** The clock was right when this was written: an earlier time is a machine without a battery clock that was not told the time yet. */
const NOT_BEFORE = Date.parse('2026-11-01T00:00:00Z')
const TOLERANCE_MS = 60_000

/** Why the clock cannot be right, or undefined. The log's last event is the latest time that is known to have passed. */
export const clockProblem = (now: Date, lastEventAt: string | undefined): string | undefined => {
  const earliest = Math.max(NOT_BEFORE, lastEventAt === undefined ? 0 : Date.parse(lastEventAt) - TOLERANCE_MS)
  if (now.getTime() >= earliest) return undefined
  return `the clock says ${now.toISOString()}, but it is at least ${new Date(earliest).toISOString()}`
}

/** Waits until the clock can be right: nothing is appended before, since a wrong time would stand in the log for ever. */
export const waitForClock = async (log: EventLog, { now, trust, signal, onWait }: { now: () => Date; trust: boolean; signal: AbortSignal; onWait: (why: string) => void }): Promise<void> => {
  if (trust) return
  const last = await log.lastSequence()
  const lastEventAt = last === 0 ? undefined : (await log.at(last))?.envelope.time
  for (;;) {
    const problem = clockProblem(now(), lastEventAt)
    if (problem === undefined || signal.aborted) return
    onWait(`${problem}: waiting for the time to be set. Set ZYRA_TRUST_CLOCK=true to go on all the same.`)
    await delay(2_000, undefined, { signal }).catch(() => undefined)
  }
}
