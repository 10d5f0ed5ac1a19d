/** What time it is. Handed in, so that a test decides. */
export type Clock = () => Date

/** Stops a timer; calling it again, or after the timer has fired, does nothing. */
export type Cancel = () => void

/** Timers, handed in, so that a test needs no sleep. */
export type Scheduler = {
  /** Runs `task` once after `ms` milliseconds (0 or more). The timer keeps the process alive only if the implementation says so. */
  readonly after: (ms: number, task: () => void) => Cancel
}

/** The machine's timers. They do not keep the process alive: whoever owns a server does that. */
export const realScheduler: Scheduler = {
  after: (ms, task) => {
    const timer = setTimeout(task, ms).unref()
    return () => clearTimeout(timer)
  },
}

/** Resolves `ms` milliseconds later, by the scheduler's reckoning. */
export const pause = (scheduler: Scheduler, ms: number): Promise<void> =>
  ms <= 0 ? Promise.resolve() : new Promise((resolve) => void scheduler.after(ms, resolve))

export type ManualTime = {
  readonly clock: Clock
  readonly scheduler: Scheduler
  /** Moves the time on by `ms` and runs every timer that became due, in the order of their due times. Timers set meanwhile count too. */
  readonly advance: (ms: number) => void
  /** How many timers wait. */
  readonly waiting: () => number
  /** How many ms until the next timer is due; undefined if none waits. */
  readonly untilNext: () => number | undefined
}

/** A clock and its timers that stand still until they are told to move. For tests. */
export const manualTime = (start: Date): ManualTime => {
  type Timer = { readonly due: number; readonly task: () => void }
  let now = start.getTime()
  const timers = new Set<Timer>()
  const next = () => [...timers].sort((a, b) => a.due - b.due)[0]

  return {
    clock: () => new Date(now),
    scheduler: {
      after: (ms, task) => {
        const timer = { due: now + ms, task }
        timers.add(timer)
        return () => void timers.delete(timer)
      },
    },
    advance: (ms) => {
      const end = now + ms
      for (let timer = next(); timer && timer.due <= end; timer = next()) {
        now = Math.max(now, timer.due)
        timers.delete(timer)
        timer.task()
      }
      now = end
    },
    waiting: () => timers.size,
    untilNext: () => {
      const timer = next()
      return timer && Math.max(0, timer.due - now)
    },
  }
}
