import type { Delivery } from './delivery.ts'
import type { Faults } from './faults.ts'
import type { Cancel } from './time.ts'

export type Detours = {
  /** Calls `go` now, later, or more than once, as the plan says. Answers true when the webhook was dropped: then `go` is never called. */
  readonly route: (delivery: Delivery, go: () => void) => boolean
  readonly forget: () => void
}

type Held = { behind: number; readonly release: () => void }

/** What the fault plan does to a webhook before its first attempt: drop, delay, hold back, duplicate. */
export const createDetours = (faults: Faults, later: (ms: number, task: () => void) => Cancel): Detours => {
  const held = new Set<Held>()

  const holdBack = (behind: number, maxWaitMs: number, go: () => void) => {
    const entry: Held = {
      behind,
      release: () => {
        if (!held.delete(entry)) return
        go()
        cancel()
      },
    }
    held.add(entry)
    const cancel = later(maxWaitMs, entry.release)
  }

  const overtake = () => {
    for (const entry of held) {
      entry.behind -= 1
      if (entry.behind <= 0) entry.release()
    }
  }

  return {
    route: (delivery, go) => {
      const target = { path: new URL(delivery.url).pathname, operation: delivery.topic, method: 'POST' }
      if (faults.strike('drop-webhook', target)) return true

      const duplicate = faults.strike('duplicate-webhook', target)
      const delay = faults.strike('delay-webhook', target)
      const reorder = faults.strike('reorder-webhook', target)

      if (delay) later(delay.fault.ms + delay.random() * delay.fault.jitterMs, go)
      else if (reorder) holdBack(reorder.fault.behind, reorder.fault.maxWaitMs, go)
      else {
        go()
        overtake()
      }
      for (let copy = 0; duplicate && copy < duplicate.fault.copies; copy += 1) later(duplicate.fault.afterMs, go)
      return false
    },
    forget: () => held.clear(),
  }
}
