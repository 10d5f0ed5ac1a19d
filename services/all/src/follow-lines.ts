import { stockRows } from '@zyra/inventory'
import { aggregateFilter, type EventLog } from '@zyra/jetstream'
import { rows } from '@zyra/postgres'
import { messageOf, type Codec, type RunningService } from '@zyra/runtime'
import { DEMO } from './bootstrap.ts'
import { initialLiveState, liveLine, type LiveState } from './live-lines.ts'

const FILTERS = [
  aggregateFilter('gateway', 'shopify-webhook'),
  aggregateFilter('gateway', 'quarantine'),
  ...['stock', 'etsy-quantity', 'reconcile', 'parked'].map((aggregate) => aggregateFilter('inventory', aggregate)),
  ...['stop-switch', 'erasure-effect', 'data-request-effect', 'parked'].map((aggregate) => aggregateFilter('orchestrator', aggregate)),
]

const knownSkus = async ({ context }: RunningService): Promise<LiveState> => {
  const { found } = await rows(context.db, stockRows).find(DEMO.merchant, {}, { limit: 1_000 })
  return { ...initialLiveState, skus: Object.fromEntries(found.map(({ key, row }) => [key, row.sku])) }
}

const print = async (log: EventLog, codec: Codec, state: LiveState, from: number, signal: AbortSignal, say: (time: string, line: string) => void): Promise<void> => {
  let now = state
  for await (const { events } of log.follow({ filters: FILTERS, fromSequence: from, signal })) {
    for (const stored of events) {
      const event = await codec.open(stored)
      const [next, line] = liveLine(now, event as Parameters<typeof liveLine>[1])
      now = next
      if (line !== undefined) say(event.meta.time, line)
    }
  }
}

/** Tells what happens from now on, one line each, until the signal aborts. */
export const followLines = async (service: RunningService, signal: AbortSignal, say: (time: string, line: string) => void): Promise<void> => {
  const { log, codec, logger } = service.context
  while (!signal.aborted) {
    try {
      const from = (await log.lastSequence()) + 1
      await print(log, codec, await knownSkus(service), from, signal, say)
    } catch (error) {
      if (signal.aborted) return
      logger.warn({ why: messageOf(error) }, 'live lines interrupted')
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
  }
}
