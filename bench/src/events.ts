import type { JetStream, OutgoingEvent } from '@zyra/jetstream'
import { subjectOf } from '@zyra/jetstream'

/** A UUID that is made of numbers: the same in every run, and cheap. */
export const uuidOf = (run: number, index: number): string =>
  `${run.toString(16).padStart(8, '0')}-0000-4000-8000-${index.toString(16).padStart(12, '0')}`

const TIME = '2026-11-20T06:29:01.123Z'
const VENDOR_TIME = '2026-11-20T06:29:01.123456789Z'

/** Where the stock of an item is decided on. */
export const stockSubject = (item: number | string): string => subjectOf({ merchant: 'demo', service: 'inventory', aggregate: 'stock', id: `item-${item}` })

/** One decision about an item's stock, as the inventory service writes it; `index` makes it unlike any other of the run. */
export const stockObserved = (run: number, item: number, index: number): OutgoingEvent => {
  const available = index % 90
  const command = { type: 'ObserveLevel', location: '9007199254740997', available, at: VENDOR_TIME }
  return {
    data: { location: command.location, before: available + 1, available, total: available, at: VENDOR_TIME, via: 'webhook' },
    envelope: {
      id: uuidOf(run, index), type: 'inventory.StockObserved', version: 1, index: 0, deciderVersion: 1, time: TIME,
      source: `zyra/demo/inventory/stock/item-${item}`, correlationId: uuidOf(run + 1, index), causationId: uuidOf(run + 2, index),
      actor: 'policy:inventory', handler: 'mirror-shopify-stock', attempt: 1, backfill: false, command: JSON.stringify(command),
    },
  }
}

const IN_FLIGHT = 500

/** Appends so many events, spread evenly over the aggregates, as facts: nobody else writes meanwhile. */
export const fillLog = async ({ log }: JetStream, run: number, events: number, aggregates: number, onProgress: (done: number) => void): Promise<void> => {
  let next = 0
  await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
    for (let index = next++; index < events; index = next++) {
      const item = index % aggregates
      await log.append({ subject: stockSubject(item), events: [stockObserved(run, item, index)] })
      if (index % 50_000 === 0) onProgress(index)
    }
  }))
}
