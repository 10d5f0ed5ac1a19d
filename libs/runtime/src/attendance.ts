import type { ConsumerState } from '@zyra/jetstream'

/** Whether somebody works on a consumer. */
export interface Attendance {
  readonly ok: boolean
  /** Who works on it, if not this process: to be added to the counts. */
  readonly note: string
}

/** An ownership that ended, by a crash at worst, has passed to another process by then. */
const UNATTENDED_AFTER_MS = 60_000

/**
 * Judges who works on a consumer, from one look to the next. A process that stands by is well while another one is the owner;
 * work that waits, and that nobody owns for a minute, is a failure of all of them.
 * @param monotonic milliseconds that never jump
 */
export const watchAttendance = (monotonic: () => number) => {
  let unattendedSince: number | undefined
  return ({ owner, owned, pending, inFlight }: ConsumerState): Attendance => {
    if (owned || pending + inFlight === 0) {
      unattendedSince = undefined
      return { ok: true, note: owner ? '' : owned ? ', owned elsewhere' : ', idle' }
    }
    unattendedSince ??= monotonic()
    const ok = monotonic() - unattendedSince <= UNATTENDED_AFTER_MS
    return { ok, note: ok ? ', owned by nobody yet' : ', owned by nobody for a minute' }
  }
}
