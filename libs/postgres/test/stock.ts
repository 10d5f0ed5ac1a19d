import { randomUUID } from 'node:crypto'
import type { DomainEvent, Projection, Recorded } from '@zyra/es'
import type { Batch, Position } from '@zyra/postgres'

type Nothing = Readonly<Record<string, never>>

export type StockEvent =
  | DomainEvent<'shop.Named', { sku: string }>
  | DomainEvent<'shop.Sold', { count: number }>
  | DomainEvent<'shop.Discontinued', Nothing>
  | DomainEvent<'shop.Broken', Nothing>
  | DomainEvent<'shop.Ignored', Nothing>

// A type, not an interface: only types of literals are rows (they have an implicit index signature).
export type StockRow = { sku: string; sold: number }

/** A small projection with all that handlers can do: make, change, leave, end, fail. */
export const stock = (name: string, version = 1): Projection<StockEvent, StockRow> => ({
  name,
  version,
  indexes: ['sku'],
  on: {
    'shop.Named': (row, { data }) => ({ sku: data.sku, sold: row?.sold ?? 0 }),
    'shop.Sold': (row, { data }) => row && { ...row, sold: row.sold + data.count },
    'shop.Discontinued': () => undefined,
    'shop.Broken': () => {
      throw new Error('cannot read this')
    },
  },
})

/** The event at a position of epoch 1. */
export const recorded = (sequence: number, key: string, event: StockEvent, merchant = 'demo', epoch = 1): Recorded<StockEvent> => {
  const id = randomUUID()
  return {
    ...event,
    meta: {
      id, time: '2026-11-20T10:00:00.000Z', merchant, service: 'shop', aggregate: 'item', aggregateId: key, epoch, sequence,
      correlationId: id, causationId: id, actor: 'webhook:shopify', backfill: false,
    },
  }
}

export const named = (sequence: number, key: string, sku: string) => recorded(sequence, key, { type: 'shop.Named', data: { sku } })
export const sold = (sequence: number, key: string, count: number) => recorded(sequence, key, { type: 'shop.Sold', data: { count } })
export const at = (sequence: number, epoch = 1): Position => ({ epoch, sequence })

/** Cuts a log into batches; each is read up to its last event. */
export async function* batches(log: readonly Recorded[], size: number): AsyncGenerator<Batch> {
  for (let start = 0; start < log.length; start += size) {
    const events = log.slice(start, start + size)
    const last = events.at(-1)
    if (last !== undefined) yield { events, upTo: { epoch: last.meta.epoch, sequence: last.meta.sequence } }
  }
}
