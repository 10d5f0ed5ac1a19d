import { stockRows } from '@zyra/inventory'
import { aggregateFilter } from '@zyra/jetstream'
import { rows } from '@zyra/postgres'
import { messageOf, type RunningService, type ServiceContext } from '@zyra/runtime'
import { setTimeout as delay } from 'node:timers/promises'
import { initialLiveState, isOrder, liveLine, type LiveState } from './live-lines.ts'

const filters = (): readonly string[] => [
  aggregateFilter('gateway', 'shopify-webhook'),
  aggregateFilter('gateway', 'quarantine'),
  ...['stock', 'etsy-quantity', 'reconcile', 'parked'].map((aggregate) => aggregateFilter('inventory', aggregate)),
  ...['stop-switch', 'merchant', 'erasure-effect', 'data-request-effect', 'parked'].map((aggregate) => aggregateFilter('orchestrator', aggregate)),
]

const knownSkus = async ({ db, merchants }: Pick<ServiceContext, 'db' | 'merchants'>): Promise<LiveState> => {
  const pages = await Promise.all(merchants.all().map(({ name }) => rows(db, stockRows).find(name, {}, { limit: 1_000 })))
  return { ...initialLiveState, skus: Object.fromEntries(pages.flatMap(({ found }) => found.map(({ key, row }) => [key, row.sku] as const))) }
}

/** An order's own delivery comes a moment after those of its stock: lines wait for it, in ms. */
const LOOK_AHEAD_MS = 400

/** Tells a line, with the time and the place in the log of the event that it ends with. */
export type Say = (time: string, sequence: number, line: string) => void
type Event = Parameters<typeof liveLine>[1]
type Told = Pick<ServiceContext, 'log' | 'codec' | 'merchants'>

/** Lines about these say themselves whose they are. */
const OF_ALL: ReadonlySet<string> = new Set(['merchant', 'stop-switch'])

const print = async ({ log, codec, merchants }: Told, known: LiveState, from: number, signal: AbortSignal, say: Say): Promise<void> => {
  let state = known
  const tell = (event: Event): void => {
    const [next, line] = liveLine(state, event)
    state = next
    const { time, sequence, merchant, aggregate } = event.meta
    const isSaid = OF_ALL.has(aggregate) || merchants.all().length < 2
    if (line !== undefined && !signal.aborted) say(time, sequence, isSaid ? line : `${merchant}: ${line}`)
  }
  for await (const { events } of log.follow({ filters: filters(), fromSequence: from, signal })) {
    for (const stored of events) {
      const event = (await codec.open(stored)) as Event
      if (event.type === 'gateway.ShopifyWebhookReceived' && isOrder(event.data.topic)) tell(event)
      else setTimeout(() => tell(event), LOOK_AHEAD_MS)
    }
  }
}

/** Tells what happens from now on, one line each, until the signal aborts. */
export const followLines = async ({ context }: Pick<RunningService, 'context'>, signal: AbortSignal, say: Say): Promise<void> => {
  while (!signal.aborted) {
    try {
      const from = (await context.log.lastSequence()) + 1
      await print(context, await knownSkus(context), from, signal, say)
    } catch (error) {
      context.logger.warn({ why: messageOf(error) }, 'live lines interrupted')
      await delay(1_000, undefined, { signal }).catch(() => undefined)
    }
  }
}
