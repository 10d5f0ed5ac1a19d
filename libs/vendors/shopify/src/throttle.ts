/** `extensions.cost.throttleStatus` of an answer, in points and points per second. */
export interface ThrottleStatus {
  readonly maximumAvailable: number
  readonly currentlyAvailable: number
  readonly restoreRate: number
}

/** Waits `ms` milliseconds; rejects with the signal's reason when it aborts first. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>

export interface Throttle {
  /** Waits until Shopify's bucket holds `cost` points and takes them. Whoever reserved must `settle` once the answer is there. */
  reserve: (cost: number, signal?: AbortSignal) => Promise<void>
  /** Gives a reservation back; with what the answer said of the bucket, or undefined when no answer came. */
  settle: (cost: number, status: ThrottleStatus | undefined) => void
}

/**
 * Keeps requests below the rate limit by what Shopify says of its own bucket, since its size is not published and varies by plan.
 * The first request goes out unknowing. Waiting requests go in the order in which they came.
 * Source: https://shopify.dev/docs/api/usage/limits
 */
export function createThrottle({ clock, sleep }: { clock: () => Date; sleep: Sleep }): Throttle {
  let bucket: (ThrottleStatus & { readonly at: number }) | undefined
  let reserved = 0
  let turn: Promise<unknown> = Promise.resolve()

  const level = (): number => {
    if (bucket === undefined) return Number.POSITIVE_INFINITY
    const now = clock().getTime()
    // A clock that was set back would let nothing be restored until it has caught up.
    if (now < bucket.at) bucket = { ...bucket, at: now }
    const restored = ((now - bucket.at) / 1000) * bucket.restoreRate
    return Math.min(bucket.maximumAvailable, bucket.currentlyAvailable + restored)
  }

  const take = async (cost: number, signal?: AbortSignal) => {
    for (;;) {
      signal?.throwIfAborted()
      const wanted = Math.min(cost + reserved, bucket?.maximumAvailable ?? cost)
      const missing = wanted - level()
      if (bucket === undefined || missing <= 0) break
      await sleep(Math.ceil((missing / bucket.restoreRate) * 1000), signal)
    }
    reserved += cost
  }

  return {
    reserve: (cost, signal) => {
      const mine = turn.then(() => take(cost, signal))
      turn = mine.catch(() => undefined)
      return mine
    },
    settle: (cost, status) => {
      reserved -= cost
      if (status !== undefined) bucket = { ...status, at: clock().getTime() }
      // Without an answer the points may be gone all the same.
      else if (bucket !== undefined) bucket = { ...bucket, currentlyAvailable: Math.max(0, level() - cost), at: clock().getTime() }
    },
  }
}
