import { createHash } from 'node:crypto'
import type { OutgoingEvent } from '../src/wire.ts'

/** A UUID that depends on nothing but the name. */
export const uuidOf = (name: string): string => {
  const hex = createHash('sha256').update(name).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}

/** An event of a made-up aggregate; the name decides its id. */
export const eventNamed = (name: string, data: unknown = { name }, envelope: Partial<OutgoingEvent['envelope']> = {}): OutgoingEvent => ({
  data,
  envelope: {
    id: uuidOf(name),
    type: 'inventory.StockObserved',
    source: 'zyra/demo/inventory/stock/1',
    time: '2026-11-20T08:00:00.000Z',
    version: 1,
    correlationId: uuidOf('correlation'),
    causationId: uuidOf('causation'),
    actor: 'policy:spec',
    handler: 'spec',
    index: 0,
    deciderVersion: 1,
    attempt: 1,
    backfill: false,
    ...envelope,
  },
})

/** The subject of one aggregate of the spec's service. */
export const stockSubject = (id: string | number): string => `zyra.demo.inventory.stock.${id}`

/** A repeatable source of numbers in [0, 1) (mulberry32). */
export const seeded = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state + 0x6D2B79F5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Waits for a condition. @throws Error saying what was waited for */
export const until = async (what: string, holds: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> => {
  const deadline = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
