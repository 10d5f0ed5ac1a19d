/** The leaky bucket of one app and shop: a quota in points that refills continuously. */
export interface Bucket {
  /** Takes the points if they are there. */
  readonly take: (cost: number) => boolean
  /** Gives back what was asked for but not needed. */
  readonly refund: (cost: number) => void
  /** As an answer shows it. */
  readonly status: () => { maximumAvailable: number; currentlyAvailable: number; restoreRate: number }
}

export function createBucket(options: { readonly size: number; readonly restoreRate: number; readonly clock: () => Date }): Bucket {
  let level = options.size
  let at = options.clock().getTime()
  const settle = () => {
    const now = options.clock().getTime()
    level = Math.min(options.size, level + (Math.max(0, now - at) / 1000) * options.restoreRate)
    at = now
  }
  return {
    take: (cost) => {
      settle()
      if (cost > level) return false
      level -= cost
      return true
    },
    refund: (cost) => {
      settle()
      level = Math.min(options.size, level + cost)
    },
    status: () => {
      settle()
      return { maximumAvailable: options.size, currentlyAvailable: Math.floor(level), restoreRate: options.restoreRate }
    },
  }
}
