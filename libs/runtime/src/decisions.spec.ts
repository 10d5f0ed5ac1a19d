import { fold, type Recorded } from '@zyra/es'
import { memoryLog } from '@zyra/testing'
import fc from 'fast-check'
import { bench, counter, firstIdOf, outgoing } from '../test/kit.ts'
import { createDecisions } from './decisions.ts'

const add = (by: number, id = 'mug') => ({ aggregate: 'stock', id, command: { type: 'Add', by } })
const addressOf = (id: string) => ({ merchant: 'demo', service: 'inventory', aggregate: 'stock', id })

describe('a decision', () => {
  it('lands with ids that follow from its cause, handler and attempt', async () => {
    const { decisions, at, cause } = bench()
    expect(await decisions.decide(add(2), cause('a'))).toEqual({ status: 'decided', events: [{ type: 'inventory.BufferSet', data: { buffer: 2 } }] })
    expect(at('stock', 'mug').map(({ envelope }) => envelope.id)).toEqual([firstIdOf(cause('a'))])
  })

  it('records its command and its version of the rules on the first of its events only', async () => {
    const { log, codec, cause } = bench()
    const twice = { ...counter, decide: (command: never, state: never) => counter.decide(command, state).flatMap((event) => [event, event]) }
    const decisions = createDecisions({ log, codec, service: 'inventory', deciders: [twice], now: () => '2026-11-20T08:00:00.000Z' })
    await decisions.decide(add(1), cause('a'))
    expect(log.events().map(({ envelope: { command, index, deciderVersion } }) => ({ command, index, deciderVersion }))).toEqual([
      { command: '{"type":"Add","by":1}', index: 0, deciderVersion: 3 },
      { command: undefined, index: 1, deciderVersion: 3 },
    ])
  })

  it('is taken again on the newer state when somebody else was faster', async () => {
    const { log, decisions, buffers, set, cause } = bench()
    await decisions.decide(add(1), cause('a'))
    log.failAppends(() => set('mug', 10))
    expect(await decisions.decide(add(1), cause('b'))).toMatchObject({ status: 'decided' })
    expect(buffers('mug')).toEqual([1, 10, 11])
  })

  it('is not taken again when the conflict was with itself, in another process', async () => {
    const { decisions, decisionsOf, buffers, cause } = bench()
    const other = decisionsOf()
    await decisions.decide(add(1), cause('a'))
    await other.decide(add(1), cause('b'))
    await other.decide(add(1), cause('c'))
    expect(await decisions.decide(add(1), cause('b'))).toEqual({ status: 'repeated', events: [] })
    expect(buffers('mug')).toEqual([1, 2, 3])
  })

  it('is not taken again when its answer was lost', async () => {
    const { log, decisions, buffers, cause } = bench()
    log.failAppends('answer lost')
    await expect(decisions.decide(add(1), cause('a'))).rejects.toMatchObject({ name: 'LogUnavailable' })
    expect(await decisions.decide(add(1), cause('a'))).toMatchObject({ status: 'repeated' })
    expect(buffers('mug')).toEqual([1])
  })

  it('does not evolve what is remembered when the log had it already', async () => {
    const { decisions, buffers, cause } = bench()
    await decisions.decide(add(1), cause('a'))
    expect(await decisions.decide(add(1), cause('a'))).toMatchObject({ status: 'repeated' })
    expect(await decisions.decide(add(1), cause('b'))).toEqual({ status: 'decided', events: [{ type: 'inventory.BufferSet', data: { buffer: 2 } }] })
    expect(buffers('mug')).toEqual([1, 2])
  })

  it('is found where it stands under a former name of its handler', async () => {
    const { decisions, buffers, cause } = bench()
    await decisions.decide(add(1), cause('a', { handler: 'old-name' }))
    await decisions.decide(add(1), cause('b'))
    expect(await decisions.decide(add(1), cause('a', { handler: 'new-name', formerly: ['old-name'], mayStandAfter: 0 }))).toMatchObject({ status: 'repeated' })
    expect(buffers('mug')).toEqual([1, 2])
  })

  it('is found by a redrive where it stands from an earlier attempt', async () => {
    const { decisions, buffers, cause } = bench()
    await decisions.decide(add(1), cause('a'))
    expect(await decisions.decide(add(1), cause('a', { attempt: 2, mayStandAfter: 0 }))).toMatchObject({ status: 'repeated' })
    expect(await decisions.decide(add(1), cause('b', { attempt: 2, mayStandAfter: 0 }))).toMatchObject({ status: 'decided' })
    expect(buffers('mug')).toEqual([1, 2])
  })

  it('is found hours later, when the log itself does not know the id any more', async () => {
    let hours = 0
    const { decisionsOf, buffers, cause } = bench(memoryLog({ now: () => new Date(hours * 3_600_000) }))
    await decisionsOf().decide(add(1), cause('a'))
    hours = 7
    expect(await decisionsOf().decide(add(1), cause('a'))).toMatchObject({ status: 'repeated' })
    expect(buffers('mug')).toEqual([1])
  })

  it('is found hours later by a process that remembers the aggregate, where its cause may have been handled before', async () => {
    let hours = 0
    const { log, set, decisions, buffers, cause } = bench(memoryLog({ now: () => new Date(hours * 3_600_000) }))
    await set('cap', 1)
    await decisions.decide(add(1), cause('a', { mayStandAfter: 1 }))
    await decisions.decide(add(1), cause('b', { mayStandAfter: 1 }))
    hours = 7
    expect(await decisions.decide(add(1), cause('a', { mayStandAfter: 1 }))).toEqual({ status: 'repeated', events: [] })
    expect(await decisions.decide(add(1), cause('c', { mayStandAfter: log.events().length }))).toMatchObject({ status: 'decided' })
    expect(buffers('mug')).toEqual([1, 2, 3])
  })
})

describe('looking for an earlier decision', () => {
  it('counts nothing twice that was known already', async () => {
    const { log, codec, buffers, cause } = bench()
    const decide = (_command: never, { events }: { events: number }) => [{ type: 'inventory.BufferSet', data: { buffer: events + 1 } }]
    const decisions = createDecisions({ log, codec, service: 'inventory', deciders: [{ ...counter, decide }], now: () => '2026-11-20T08:00:00.000Z' })
    for (const name of ['a', 'b', 'c']) await decisions.decide(add(1), cause(name, { mayStandAfter: 0 }))
    expect(buffers('mug')).toEqual([1, 2, 3])
  })
})

describe('"nothing to do"', () => {
  it('is not believed from memory alone', async () => {
    const { log, codec, set, cause } = bench()
    const upToTen = {
      ...counter,
      decide: (_command: never, { sum }: { sum: number }) => (sum >= 10 ? [{ type: 'inventory.BufferSet', data: { buffer: 0 } }] : []),
    }
    const decisions = createDecisions({ log, codec, service: 'inventory', deciders: [upToTen], now: () => '2026-11-20T08:00:00.000Z' })
    expect(await decisions.decide(add(1), cause('a'))).toMatchObject({ status: 'nothing' })
    await set('mug', 12)
    expect(await decisions.decide(add(1), cause('b'))).toMatchObject({ status: 'decided' })
  })

  it('is believed when the log says the same', async () => {
    const { log, decisions, cause } = bench()
    expect(await decisions.decide(add(0), cause('a'))).toEqual({ status: 'nothing', events: [] })
    expect(log.events()).toEqual([])
  })
})

describe('asking what would be decided', () => {
  it('answers on the newest state and appends nothing', async () => {
    const { log, codec, set, cause } = bench()
    const upToTen = {
      ...counter,
      decide: (_command: never, { sum }: { sum: number }) => (sum >= 10 ? [] : [{ type: 'inventory.BufferSet', data: { buffer: 5 } }]),
    }
    const decisions = createDecisions({ log, codec, service: 'inventory', deciders: [upToTen], now: () => '2026-11-20T08:00:00.000Z' })
    await decisions.decide(add(1), cause('a'))
    expect(await decisions.wouldDecide('demo', add(1))).toBe(true)
    await set('mug', 12)
    expect(await decisions.wouldDecide('demo', add(1))).toBe(false)
    expect(log.events()).toHaveLength(2)
    await expect(decisions.wouldDecide('demo', { ...add(1), aggregate: 'merchant' })).rejects.toThrow('has no decider for "merchant"')
  })
})

describe('deciding', () => {
  it('refuses data that the contract does not allow before anything is written', async () => {
    const { log, decisions, cause } = bench()
    await expect(decisions.decide(add(-1), cause('a'))).rejects.toMatchObject({ name: 'InvalidEventData' })
    expect(log.events()).toEqual([])
  })

  it('refuses an aggregate of another service', async () => {
    const { decisions, cause } = bench()
    await expect(decisions.decide({ ...add(1), aggregate: 'merchant' }, cause('a'))).rejects.toThrow('service inventory has no decider for "merchant"')
  })

  it('stops at what a newer release wrote', async () => {
    const { decisions, set, cause } = bench()
    await set('mug', 1, { version: 2 })
    await expect(decisions.decide(add(1), cause('a'))).rejects.toMatchObject({ name: 'UnknownEventVersion' })
  })

  it('waits instead of spinning where the log refuses as outdated and shows nothing newer', async () => {
    const { log, decisions, buffers, cause } = bench()
    await decisions.decide(add(1), cause('a'))
    log.failAppends('conflict')
    await expect(decisions.decide(add(1), cause('b'))).rejects.toMatchObject({ name: 'LogUnavailable' })
    expect(await decisions.decide(add(1), cause('b'))).toMatchObject({ status: 'decided' })
    expect(buffers('mug')).toEqual([1, 2])
  })

  it('goes on with what is left in a memory too small for all aggregates', async () => {
    const { decisionsOf, buffers, cause } = bench()
    const decisions = decisionsOf(2)
    for (let round = 0; round < 3; round += 1) {
      for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) await decisions.decide(add(1, id), cause(`${id}${round}`))
    }
    expect(['a', 'b', 'c', 'd', 'e', 'f'].map(buffers)).toEqual(Array.from({ length: 6 }, () => [1, 2, 3]))
  })

  it('takes every decision exactly once, whatever two processes and the log do meanwhile', async () => {
    const faults = fc.constantFrom('conflict' as const, 'unavailable' as const, 'answer lost' as const, 'none' as const)
    const step = fc.record({ process: fc.nat(1), cause: fc.nat(7), fault: faults })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 12 }), async (rounds) => {
        const { log, codec, decisionsOf, at, cause } = bench()
        const processes = [decisionsOf(), decisionsOf(1)]
        const wanted = new Set<number>()
        const decide = async ({ process, cause: number }: { process: number; cause: number }): Promise<void> => {
          wanted.add(number)
          for (;;) {
            try {
              await processes[process]!.decide(add(number + 1), cause(String(number)))
              return
            } catch (error) {
              if (!(error instanceof Error) || error.name !== 'LogUnavailable') throw error
            }
          }
        }
        for (const round of rounds) {
          log.failAppends(...round.flatMap(({ fault }) => (fault === 'none' ? [] : [fault])))
          await Promise.all(round.map(decide))
        }
        const stored = at('stock', 'mug')
        const ids = [...wanted].map((number) => firstIdOf(cause(String(number))))
        expect(stored.map(({ envelope }) => envelope.id).toSorted()).toEqual(ids.toSorted())
        const recorded = await Promise.all(stored.map((one) => codec.open(one)))
        const state = fold(counter, recorded as Recorded<{ type: 'inventory.BufferSet'; data: { buffer: number } }>[])
        expect(state).toEqual({ sum: [...wanted].reduce((sum, number) => sum + number + 1, 0), events: wanted.size })
      }),
      { seed: 20261120, numRuns: 200 },
    )
  })
})

describe('a fact', () => {
  it('that cannot be encrypted in time is given up on, and may be recorded again', async () => {
    const { log, codec, cause } = bench()
    const lookedUp = Promise.withResolvers<undefined>()
    const slow: typeof codec = { ...codec, seal: (...given) => lookedUp.promise.then(() => codec.seal(...given)) }
    const decisions = createDecisions({ log, codec: slow, service: 'inventory', deciders: [counter], now: () => '2026-11-20T08:00:00.000Z' })
    const late = new AbortController()
    const fact = { type: 'inventory.ReconcileFinished', data: { items: 1 } }
    const recording = decisions.record(addressOf('mug'), [fact], cause('a'), late.signal)
    late.abort()
    await expect(recording).rejects.toMatchObject({ name: 'LogUnavailable', message: expect.stringContaining('it took too long') })
    lookedUp.resolve(undefined)
    await decisions.record(addressOf('mug'), [fact], cause('a'))
    expect(log.events()).toHaveLength(1)
    await expect(decisions.record(addressOf('mug'), [fact], cause('b'), AbortSignal.abort())).rejects.toMatchObject({ name: 'LogUnavailable' })
  })

  it('is recorded once', async () => {
    const { log, decisions, cause } = bench()
    const to = { merchant: 'demo', aggregate: 'topic', id: 't' }
    const fact = { type: 'inventory.ReconcileFinished', data: { items: 1 } }
    expect(await decisions.record(to, [fact], cause('a'))).toBe(true)
    expect(await decisions.record(to, [fact], cause('a'))).toBe(false)
    expect(log.events()).toHaveLength(1)
  })

  it('keeps the mark of history that was loaded later', async () => {
    const { log, decisions, cause } = bench()
    const { meta, ...rest } = cause('a')
    await decisions.record({ merchant: 'demo', aggregate: 'topic', id: 't' }, [{ type: 'inventory.ReconcileFinished', data: { items: 1 } }], {
      ...rest, meta: { ...meta, backfill: true },
    })
    expect(log.events().map(({ envelope }) => envelope.backfill)).toEqual([true])
  })

  it('stands beside what others append to the same subject', async () => {
    const { log, decisions, buffers, cause } = bench()
    await log.append({ subject: 'zyra.demo.inventory.stock.mug', events: [outgoing(addressOf('mug'), { type: 'inventory.BufferSet', data: { buffer: 5 } })] })
    await decisions.decide(add(1), cause('a'))
    expect(buffers('mug')).toEqual([5, 6])
  })
})
