/** Requests for messages that are not filled yet, so that no more is asked for than there is room. */
export interface Pulls {
  /** The inbox of a new request. */
  readonly add: (batch: number, overdueAt: number) => string
  readonly delivered: () => void
  /** The server ended the request. */
  readonly ended: (inbox: string) => void
  /** Forgets requests that the server must have ended, and did not say so. */
  readonly forgetOverdue: (now: number) => void
  /** Messages asked for that did not come yet. */
  readonly open: () => number
}

/** See {@link Pulls}. */
export const createPulls = (inbox: string): Pulls => {
  const pulls = new Map<string, { left: number; readonly overdueAt: number }>()
  let count = 0
  return {
    add: (left, overdueAt) => {
      count += 1
      pulls.set(`${inbox}.${count}`, { left, overdueAt })
      return `${inbox}.${count}`
    },
    delivered: () => {
      const [oldest] = pulls
      if (oldest === undefined) return
      oldest[1].left -= 1
      if (oldest[1].left === 0) pulls.delete(oldest[0])
    },
    ended: (one) => pulls.delete(one),
    forgetOverdue: (now) => {
      for (const [one, { overdueAt }] of pulls) if (overdueAt < now) pulls.delete(one)
    },
    open: () => [...pulls.values()].reduce((sum, { left }) => sum + left, 0),
  }
}
