import type { InventoryEvent } from '@zyra/contracts'
import { decider } from '@zyra/es'

/** Webhooks get lost: both channels are read this often, in ms. */
export const RECONCILE_EVERY_MS = 15 * 60_000
/** After a read that failed it is tried again sooner, in ms; each further failure in a row doubles it, up to the timetable's. */
export const RECONCILE_RETRY_MS = 60_000
/** A run that was not heard of for this long is given up. */
const STUCK_AFTER_MS = 30 * 60_000

type ReconcileEvent = Extract<InventoryEvent, { type: `inventory.Reconcile${string}` }>

/**
 * `at` is the time of the event that asks, ISO 8601. `Open` starts a run even where the timetable had ended, `Restart` even where one is under
 * way: what that one read may be from before.
 */
export type ReconcileCommand =
  | { readonly type: 'Start' | 'Open' | 'Restart'; readonly because: string; readonly at: string }
  | { readonly type: 'Finish'; readonly items: number; readonly at: string }
  | { readonly type: 'Fail'; readonly reason: string; readonly stopped: boolean; readonly at: string }
  | { readonly type: 'End' }

/** Whether a run is under way, and since when; how many runs in a row were to be tried again soon; whether the timetable has ended. */
export interface ReconcileState {
  readonly startedAt: string | null
  readonly retries: number
  readonly ended: boolean
}

const scheduled = (at: string, ms: number): ReconcileEvent =>
  ({ type: 'inventory.ReconcileScheduled', data: { at: new Date(Date.parse(at) + ms).toISOString() } })

const restart = (because: string, at: string): readonly ReconcileEvent[] =>
  [{ type: 'inventory.ReconcileStarted', data: { because, at } }, scheduled(at, RECONCILE_EVERY_MS)]

const start = ({ startedAt }: ReconcileState, because: string, at: string): readonly ReconcileEvent[] => {
  const running = startedAt !== null && Date.parse(at) - Date.parse(startedAt) < STUCK_AFTER_MS
  return running ? [scheduled(at, RECONCILE_EVERY_MS)] : restart(because, at)
}

/** One reconcile of a merchant's channels at a time; each start sets the time of the next, however the run ends. */
export const reconcile = decider<ReconcileCommand, ReconcileEvent, ReconcileState>({
  aggregate: 'reconcile',
  version: 1,
  initialState: { startedAt: null, retries: 0, ended: false },
  evolve: (state, event) => {
    switch (event.type) {
      case 'inventory.ReconcileStarted':
        return { ...state, startedAt: event.data.at, ended: false }
      case 'inventory.ReconcileFinished':
        return { ...state, startedAt: null, retries: 0 }
      case 'inventory.ReconcileFailed':
        return { ...state, startedAt: null }
      case 'inventory.ReconcileScheduled':
        // A start sets the time of the next run after it began; what is set while none is under way is a retry.
        return state.startedAt === null ? { ...state, retries: state.retries + 1 } : state
      case 'inventory.ReconcileEnded':
        return { startedAt: null, retries: 0, ended: true }
    }
  },
  decide: (command, state) => {
    switch (command.type) {
      case 'Start':
        return state.ended ? [] : start(state, command.because, command.at)
      case 'Open':
        return start(state, command.because, command.at)
      case 'Restart':
        return state.ended ? [] : restart(command.because, command.at)
      case 'Finish':
        return state.startedAt === null ? [] : [{ type: 'inventory.ReconcileFinished', data: { items: command.items } }]
      case 'Fail': {
        if (state.startedAt === null) return []
        const failed: ReconcileEvent = { type: 'inventory.ReconcileFailed', data: { reason: command.reason } }
        // Resuming starts a run, so while everything is stopped the timetable is soon enough.
        return command.stopped ? [failed] : [failed, scheduled(command.at, Math.min(RECONCILE_RETRY_MS * 2 ** state.retries, RECONCILE_EVERY_MS))]
      }
      case 'End':
        return state.ended ? [] : [{ type: 'inventory.ReconcileEnded', data: {} }]
    }
  },
})
