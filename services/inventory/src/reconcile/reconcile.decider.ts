import type { InventoryEvent } from '@zyra/contracts'
import { decider } from '@zyra/es'

/** Webhooks get lost: both channels are read this often, in ms. */
export const RECONCILE_EVERY_MS = 15 * 60_000
/** After a read that failed it is tried again sooner. */
export const RECONCILE_RETRY_MS = 60_000
/** A run that was not heard of for this long is given up. */
const STUCK_AFTER_MS = 30 * 60_000

type ReconcileEvent = Extract<InventoryEvent, { type: `inventory.Reconcile${string}` }>

/** `at` is the time of the event that asks, ISO 8601. */
export type ReconcileCommand =
  | { readonly type: 'Start'; readonly because: string; readonly at: string }
  | { readonly type: 'Finish'; readonly items: number; readonly at: string }
  | { readonly type: 'Fail'; readonly reason: string; readonly at: string }

/** Whether a run is under way, and since when. */
export interface ReconcileState {
  readonly startedAt: string | null
}

const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString()

/** One reconcile of a merchant's channels at a time; each start sets the time of the next, however the run ends. */
export const reconcile = decider<ReconcileCommand, ReconcileEvent, ReconcileState>({
  aggregate: 'reconcile',
  version: 1,
  initialState: { startedAt: null },
  evolve: (state, event) => {
    switch (event.type) {
      case 'inventory.ReconcileStarted':
        return { startedAt: event.data.at }
      case 'inventory.ReconcileFinished':
      case 'inventory.ReconcileFailed':
        return { startedAt: null }
      case 'inventory.ReconcileScheduled':
        return state
    }
  },
  decide: (command, { startedAt }) => {
    const { at } = command
    switch (command.type) {
      case 'Start': {
        const running = startedAt !== null && Date.parse(at) - Date.parse(startedAt) < STUCK_AFTER_MS
        const next: ReconcileEvent = { type: 'inventory.ReconcileScheduled', data: { at: later(at, RECONCILE_EVERY_MS) } }
        return running ? [next] : [{ type: 'inventory.ReconcileStarted', data: { because: command.because, at } }, next]
      }
      case 'Finish':
        return startedAt === null ? [] : [{ type: 'inventory.ReconcileFinished', data: { items: command.items } }]
      case 'Fail':
        if (startedAt === null) return []
        return [
          { type: 'inventory.ReconcileFailed', data: { reason: command.reason } },
          { type: 'inventory.ReconcileScheduled', data: { at: later(at, RECONCILE_RETRY_MS) } },
        ]
    }
  },
})
