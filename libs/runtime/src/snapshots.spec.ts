import { definitionOf, type EventDefinition } from '@zyra/contracts'
import type { AnyDecider } from '@zyra/es'
import type { EventLog } from '@zyra/jetstream'
import { memoryLog } from '@zyra/testing'
import fc from 'fast-check'
import { addressIn, bench, counter, memorySnapshots, outgoing } from '../test/kit.ts'
import { createDecisions } from './decisions.ts'
import { createStateSnapshots } from './snapshots.ts'

const SUBJECT = 'zyra.demo.inventory.stock.mug'
const add = (by: number) => ({ aggregate: 'stock', id: 'mug', command: { type: 'Add', by } })

/** A log with a long aggregate, and processes that decide on it with snapshots; `reads` tells from where each of them loaded. */
const snapshotBench = async (events: number) => {
  let hours = 0
  const [made, memory] = [bench(memoryLog({ now: () => new Date(hours * 3_600_000) })), memorySnapshots()]
  const { log, codec } = made
  const problems: string[] = []
  const reads: number[] = []
  const spied: EventLog = {
    ...log,
    load: (subject, from = 1) => {
      reads.push(from)
      return log.load(subject, from)
    },
  }
  const openProcess = (more: { decider?: AnyDecider; registry?: ReadonlyMap<string, EventDefinition> } = {}) => {
    const { decider = counter, registry } = more
    const onProblem = (problem: string) => void problems.push(problem)
    const snapshots = createStateSnapshots({ store: memory.store, epoch: 1, service: 'inventory', onProblem, ...(registry === undefined ? {} : { registry }) })
    return createDecisions({ log: spied, codec, service: 'inventory', deciders: [decider], now: () => '2026-11-20T08:00:00.000Z', snapshots })
  }
  const fill = async (count: number, name = 'fill'): Promise<void> => {
    for (let n = 1; n <= count; n += 1) {
      const event = outgoing(addressIn('stock', 'mug'), { type: 'inventory.BufferSet', data: { buffer: n } }, { handler: `${name} ${n}` })
      await log.append({ subject: SUBJECT, events: [event] })
    }
  }
  await fill(events)
  /** The log itself does not know the ids any more that it heard before. */
  const later = (): void => {
    hours += 7
  }
  return { ...made, ...memory, problems, reads, openProcess, fill, later }
}

describe('the snapshot of a long aggregate', () => {
  it('is made when a process read it whole, and lets the next one read what is newer only', async () => {
    const { openProcess, kept, reads, buffers, cause } = await snapshotBench(1_200)
    await openProcess().decide(add(1), cause('a'))
    expect(JSON.parse(kept.get(SUBJECT) ?? '')).toMatchObject({ version: 3, epoch: 1, sequence: 1_200, state: { sum: 1_200, events: 1_200 } })
    expect(reads).toEqual([501])
    reads.length = 0
    await openProcess().decide(add(1), cause('b'))
    expect(reads).toEqual([1_200])
    expect(buffers('mug').slice(-2)).toEqual([1_201, 1_202])
  })

  it('is neither made nor asked for where one request reads all there is', async () => {
    const { openProcess, kept, asked, cause } = await snapshotBench(490)
    await openProcess().decide(add(1), cause('a'))
    await openProcess().decide(add(1), cause('b'))
    expect([asked, [...kept]]).toEqual([[], []])
  })

  it('is made anew by a process that remembers the aggregate, every 500 events', async () => {
    const { openProcess, kept, cause } = await snapshotBench(0)
    const decisions = openProcess()
    for (let n = 0; n < 1_020; n += 1) await decisions.decide(add(1), cause(String(n)))
    expect(JSON.parse(kept.get(SUBJECT) ?? '')).toMatchObject({ sequence: 1_000, state: { sum: 1_000, events: 1_000 } })
  })

  it('does not hide an own decision that stands before it', async () => {
    const { openProcess, later, at, cause } = await snapshotBench(600)
    await openProcess().decide(add(1), cause('a'))
    const other = openProcess()
    for (let n = 0; n < 600; n += 1) await other.decide(add(1), cause(`more ${n}`))
    later()
    expect(await openProcess().decide(add(1), cause('a', { mayStandAfter: 600 }))).toEqual({ status: 'repeated', events: [] })
    expect(at('stock', 'mug')).toHaveLength(1_201)
  })
})

describe('a snapshot is ignored', () => {
  const decidedOn = async (wrong: object): Promise<number | undefined> => {
    const { openProcess, kept, buffers, cause } = await snapshotBench(700)
    await openProcess().decide(add(0), cause('a'))
    const made = JSON.parse(kept.get(SUBJECT) ?? '') as object
    kept.set(SUBJECT, JSON.stringify({ ...made, state: { sum: 9_000, events: 0 }, ...wrong }))
    await openProcess().decide(add(1), cause('b'))
    return buffers('mug').at(-1)
  }

  it('never where it is right: what it says is believed', async () => {
    expect(await decidedOn({})).toBe(9_001)
  })

  it.each([
    ['of another version of the rules', { version: 2 }],
    ['of another epoch', { epoch: 2 }],
    ['from beyond the end of a log that was restored', { sequence: 10_000 }],
    ['of an event that another one replaced in a log that was restored', { eventId: 'another' }],
    ['that is not one of ours', { sequence: 'seven' }],
  ])('%s', async (_, wrong) => {
    expect(await decidedOn(wrong)).toBe(701)
  })

  it('and its aggregate has none where an event of it carries personal data', async () => {
    const definition: EventDefinition = { ...definitionOf('gateway.ShopifyWebhookReceived'), aggregate: 'stock' }
    const { openProcess, kept, asked, cause } = await snapshotBench(700)
    const registry = new Map([['inventory.NoteTaken', definition]])
    await openProcess({ registry }).decide(add(1), cause('a'))
    expect([[...kept], asked]).toEqual([[], []])
    await openProcess({ registry: new Map([['gateway.NoteTaken', definition]]) }).decide(add(1), cause('b'))
    expect([...kept.keys()]).toEqual([SUBJECT])
  })
})

describe('a decision', () => {
  it('does not suffer where snapshots cannot be read or stored', async () => {
    const { openProcess, state, problems, buffers, cause } = await snapshotBench(700)
    state.fails = true
    expect(await openProcess().decide(add(1), cause('a'))).toMatchObject({ status: 'decided' })
    await new Promise((resolve) => setImmediate(resolve))
    expect(problems).toEqual([
      `the snapshot of ${SUBJECT} cannot be read, so all its events are: the store is broken`,
      `the snapshot of ${SUBJECT} is not stored: the store is broken`,
    ])
    expect(buffers('mug').at(-1)).toBe(701)
  })

  it.each([
    ['a Map', () => ({ byId: new Map([['a', 1]]) })],
    ['a Date', () => ({ at: new Date(0) })],
    ['a number that JSON has no word for', () => ({ ratio: NaN })],
    ['a field that is undefined', () => ({ gone: undefined })],
    ['a bigint', () => ({ large: 1n })],
    ['nothing', () => undefined],
  ])('has a state that no snapshot would give back where it holds %s: none is made, and somebody is told', async (_, evolve) => {
    const { openProcess, kept, problems, cause } = await snapshotBench(700)
    const odd = { ...counter, evolve, decide: () => [{ type: 'inventory.BufferSet', data: { buffer: 1 } }] }
    expect(await openProcess({ decider: odd }).decide(add(1), cause('a'))).toMatchObject({ status: 'decided' })
    expect([...kept]).toEqual([])
    expect(problems).toEqual([expect.stringContaining(`the state of ${SUBJECT} is not plain JSON`)])
  })
})

describe('whatever the history', () => {
  const seed = 20261120
  const step = fc.record({
    process: fc.nat(1), cause: fc.nat(30), restart: fc.boolean(), by: fc.integer({ min: 0, max: 3 }), bulk: fc.oneof(fc.constant(0), fc.nat(700)),
  })

  it('the same is decided with snapshots and without', async () => {
    let found = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (steps) => {
        const tell = async (withSnapshots: boolean) => {
          const { log, openProcess, decisionsOf, fill, later, cause, at, asked } = await snapshotBench(0)
          const open = () => (withSnapshots ? openProcess() : decisionsOf())
          const processes = [open(), open()]
          const statuses: string[] = []
          const stoodFrom = new Map<number, number>()
          for (const [index, { process, cause: number, restart, by, bulk }] of steps.entries()) {
            later()
            if (restart) processes[process] = open()
            await fill(bulk, `bulk ${index}`)
            // A cause stands in the log before what follows from it: a repeated one is looked for from there on.
            const mayStandAfter = stoodFrom.get(number)
            stoodFrom.set(number, mayStandAfter ?? log.events().length)
            const { status, events } = await processes[process]!.decide(add(by), cause(String(number), mayStandAfter === undefined ? {} : { mayStandAfter }))
            statuses.push(`${status} ${JSON.stringify(events)}`)
          }
          found += asked.length
          return { statuses, log: at('stock', 'mug') }
        }
        expect(await tell(true)).toEqual(await tell(false))
      }),
      { seed, numRuns: 20 },
    )
    expect(found).toBeGreaterThan(15)
  })
})
