import type { InventoryEvent } from '@zyra/contracts'
import { decider } from '@zyra/es'

/** A poll that was not heard of for this long is given up. */
const STUCK_AFTER_MS = 10 * 60_000

type ReceiptsEvent = Extract<InventoryEvent, { type: `inventory.EtsyReceiptsPoll${string}` }>

/** `at` is the time of the event that asks, `until` when the read began, both ISO 8601. A poll that `reconciles` comes with a reconcile. */
export type EtsyReceiptsCommand =
  | { readonly type: 'Poll'; readonly at: string; readonly reconciles: boolean }
  | { readonly type: 'Finish'; readonly until: string; readonly at: string }
  | { readonly type: 'Fail'; readonly reason: string; readonly at: string }

/** How far Etsy's sales are known, and whether a poll is under way. */
export interface EtsyReceiptsState {
  /** The watermark: every sale from before it is known. Null before the first poll. */
  readonly since: string | null
  readonly startedAt: string | null
  /** Somebody asked while a poll was under way. */
  readonly again: boolean
}

const started = (since: string | null, at: string, reconciles = false): ReceiptsEvent =>
  ({ type: 'inventory.EtsyReceiptsPollStarted', data: { since: since ?? at, at, reconciles } })

/** One poll of a merchant's receipts at a time. What is asked for meanwhile is done right after it, once; a reconcile does not wait. */
export const etsyReceipts = decider<EtsyReceiptsCommand, ReceiptsEvent, EtsyReceiptsState>({
  aggregate: 'etsy-receipts',
  version: 1,
  initialState: { since: null, startedAt: null, again: false },
  evolve: (state, event) => {
    switch (event.type) {
      case 'inventory.EtsyReceiptsPollStarted':
        return { since: event.data.since, startedAt: event.data.at, again: false }
      case 'inventory.EtsyReceiptsPollQueued':
        return { ...state, again: true }
      case 'inventory.EtsyReceiptsPollFinished':
        return { ...state, since: event.data.until, startedAt: null }
      case 'inventory.EtsyReceiptsPollFailed':
        return { ...state, startedAt: null }
    }
  },
  decide: (command, { since, startedAt, again }) => {
    const { at } = command
    switch (command.type) {
      case 'Poll': {
        const running = startedAt !== null && Date.parse(at) - Date.parse(startedAt) < STUCK_AFTER_MS
        if (!running || command.reconciles) return [started(since, at, command.reconciles)]
        return again ? [] : [{ type: 'inventory.EtsyReceiptsPollQueued', data: { at } }]
      }
      case 'Finish': {
        if (startedAt === null) return []
        const finished: ReceiptsEvent = { type: 'inventory.EtsyReceiptsPollFinished', data: { until: command.until } }
        return again ? [finished, started(command.until, at)] : [finished]
      }
      case 'Fail': {
        if (startedAt === null) return []
        const failed: ReceiptsEvent = { type: 'inventory.EtsyReceiptsPollFailed', data: { reason: command.reason } }
        return again ? [failed, started(since, at)] : [failed]
      }
    }
  },
})
