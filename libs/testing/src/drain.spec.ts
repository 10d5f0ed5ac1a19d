import { entryId } from '@zyra/contracts'
import { drain, type DrainedDurable } from './drain.ts'
import { memoryLog, type MemoryLog } from './memory-log.ts'

const subject = 'zyra.demo.inventory.stock.1'

const append = (log: MemoryLog, name: string) => log.append({
  subject,
  events: [{
    data: {},
    envelope: {
      id: entryId(name), type: 'inventory.BufferSet', source: 'zyra/demo/inventory/stock/1', time: '2026-11-20T08:00:00.000Z', version: 1,
      correlationId: entryId('c'), causationId: entryId('c'), actor: 'spec', handler: 'spec', index: 0, deciderVersion: 1, attempt: 1, backfill: false,
    },
  }],
})
/** A durable that has these many events to deliver, look after look. */
const durable = (...pending: readonly number[]): DrainedDurable & { readonly looks: () => number } => {
  let look = 0
  return {
    name: 'inventory-policy',
    looks: () => look,
    state: async () => ({ pending: pending[Math.min(look++, pending.length - 1)] ?? 0, inFlight: 0 }),
  }
}
const fast = { withinMs: 200, pauseMs: 1 }

describe('draining', () => {
  it('is done at the second look that finds nothing to do', async () => {
    const log = memoryLog()
    await append(log, 'one')
    const policies = durable(0)
    expect(await drain({ log, durables: [policies], ...fast })).toBe(1)
    expect(policies.looks()).toBe(2)
  })

  it('waits for what is to be delivered', async () => {
    const policies = durable(3, 2, 0, 1, 0)
    await drain({ log: memoryLog(), durables: [policies], ...fast })
    expect(policies.looks()).toBe(6)
  })

  it('waits for a projection to read its newest event, and no other', async () => {
    const log = memoryLog()
    await append(log, 'one')
    let position = 0
    const rows = { name: 'inventory_stock', filters: ['zyra.*.inventory.stock.*'], position: () => position++ }
    const other = { name: 'inventory_other', filters: ['zyra.*.inventory.other.*'], position: () => 0 }
    expect(await drain({ log, durables: [], projections: [rows, other], ...fast })).toBe(1)
    expect(position).toBe(3)
  })

  it('looks again where the log grew meanwhile', async () => {
    const log = memoryLog()
    let left = 3
    const busy: DrainedDurable = {
      name: 'orchestrator-policy',
      state: async () => {
        if (left > 0) await append(log, `event ${left--}`)
        return { pending: 0, inFlight: 0 }
      },
    }
    expect(await drain({ log, durables: [busy], ...fast })).toBe(3)
  })

  it('says what was not drained in time', async () => {
    const log = memoryLog()
    await append(log, 'one')
    const stuck: DrainedDurable = { name: 'inventory-reactor', state: async () => ({ pending: 2, inFlight: 1 }) }
    const rows = { name: 'inventory_stock', filters: ['zyra.>'], position: () => 0 }
    await expect(drain({ log, durables: [stuck, durable(0)], projections: [rows], ...fast, withinMs: 10 }))
      .rejects.toThrow('not drained within 10 ms: inventory-reactor has 2 to be delivered and 1 in work; projection inventory_stock is at 0 of 1')
  })
})
