import type { StoredEvent } from '@zyra/jetstream'
import { bench, listening, ownerOf, until, valueReactor, type Bench, type ValuePort } from '../test/kit.ts'
import { createEffects } from './effects.ts'
import { Transient } from './errors.ts'
import { parkedIdOf } from './parking.ts'
import { createReactorRunner } from './reactors.ts'

type Do = ValuePort['do']

interface More {
  readonly concurrency?: number
  readonly startAfter?: number
  readonly find?: ValuePort['find']
  readonly names?: readonly string[]
  readonly pause?: () => Promise<void>
}

const setUp = async (it: Bench = bench(), more: More = {}) => {
  const { told, observer } = listening()
  const owner = await ownerOf(it, 'reactor')
  const vendor: { do: Do; readonly done: number[] } = { do: async (value) => value, done: [] }
  const value: ValuePort = {
    do: async (input, context) => {
      const answer = await vendor.do(input, context)
      vendor.done.push(input)
      return answer
    },
    find: more.find ?? (async () => undefined),
  }
  const names = more.names ?? ['set-value']
  const runner = createReactorRunner({
    service: 'inventory', log: it.log, codec: it.codec, observer, concurrency: more.concurrency ?? 8, pauses: [1, 2],
    pause: more.pause ?? (async () => undefined),
    reactors: names.map((name) => ({ ...valueReactor({ name }), port: name, effect: `${name}-effect` })),
    startAfter: new Map([['set-value', more.startAfter ?? 0]]),
    beginEffect: createEffects({
      ...it, gate: { pass: (_merchant, _permit, _signal, work) => work(false) }, service: 'inventory',
      ports: Object.fromEntries(names.map((name) => [name, value])),
    }),
  })
  const parked = (id: string, handler = 'set-value') => owner.owned.parking.content('demo', parkedIdOf({ handler, subject: `zyra.demo.inventory.stock.${id}` }))
  const redrive = async (id: string) => {
    const request = await it.put('request', 'redrive', { type: 'inventory.ReconcileFinished', data: { items: 1 } })
    const parkedId = parkedIdOf({ handler: 'set-value', subject: `zyra.demo.inventory.stock.${id}` })
    await runner.redrive({ id: request.envelope.id, sequence: request.sequence, merchant: 'demo', parkedId }, owner.owned)
  }
  return { ...it, ...owner, told, vendor, runner, parked, redrive, handle: (stored: StoredEvent) => runner.handle(stored, owner.owned) }
}

const broken = (on: number): Do => async (value) => {
  if (value === on) throw new Error('the vendor answers nonsense')
  return value
}

describe('a reactor', () => {
  it('ignores history that was loaded later, and what happened before it was added', async () => {
    const { set, handle, vendor } = await setUp(bench(), { startAfter: 1 })
    for (const event of [await set('mug', 1), await set('mug', 2, { backfill: true }), await set('mug', 3)]) expect(await handle(event)).toBe(true)
    expect(vendor.done).toEqual([3])
  })

  it('does the effects of one aggregate in order, one at a time, and those of others meanwhile', async () => {
    const { set, handle, vendor } = await setUp()
    const open = Promise.withResolvers<undefined>()
    const begun: number[] = []
    vendor.do = async (value) => {
      begun.push(value)
      if (value === 1) await open.promise
      return value
    }
    const mug = [handle(await set('mug', 1)), handle(await set('mug', 2))]
    await handle(await set('cap', 3))
    expect([begun, vendor.done]).toEqual([[1, 3], [3]])
    open.resolve(undefined)
    expect(await Promise.all(mug)).toEqual([true, true])
    expect(vendor.done).toEqual([3, 1, 2])
  })

  it('has no more effects under way at once than it may', async () => {
    const { set, handle, vendor } = await setUp(bench(), { concurrency: 3 })
    let [now, most] = [0, 0]
    vendor.do = async (value) => {
      most = Math.max(most, (now += 1))
      await new Promise((resolve) => setImmediate(resolve))
      now -= 1
      return value
    }
    const events: StoredEvent[] = []
    for (let index = 0; index < 12; index += 1) events.push(await set(`item-${index}`, index))
    await Promise.all(events.map(handle))
    expect([most, vendor.done.length]).toEqual([3, 12])
  })

  it('waits as long as the vendor asks, in its own lane, and keeps no place of others meanwhile', async () => {
    const paused = Promise.withResolvers<undefined>()
    const { set, handle, vendor, told } = await setUp(bench(), { concurrency: 1, pause: () => paused.promise })
    let isBusy = true
    vendor.do = async (value) => {
      if (value === 1 && isBusy) throw new Transient('too many requests', { retryAfterMs: 60_000 })
      return value
    }
    const waiting = handle(await set('mug', 1))
    await until(() => told.waited.length > 0)
    await handle(await set('cap', 2))
    expect([vendor.done, told.pauses, told.waited]).toEqual([[2], [60_000], ['set-value holding: too many requests']])
    isBusy = false
    paused.resolve(undefined)
    expect(await waiting).toBe(true)
    expect([vendor.done, told.parked]).toEqual([[2, 1], []])
  })

  it('does not wait for another reactor, which asks another vendor', async () => {
    const paused = Promise.withResolvers<undefined>()
    const { set, handle, vendor, told, at, leave } = await setUp(bench(), { names: ['first', 'second'], pause: () => paused.promise })
    let calls = 0
    vendor.do = async (value) => {
      calls += 1
      if (calls === 1) throw new Transient('away')
      return value
    }
    const handled = handle(await set('mug', 1))
    await until(() => told.waited.length > 0 && at('second-effect', 'mug').length === 2)
    expect(at('second-effect', 'mug').at(-1)?.data).toEqual({ items: 1 })
    leave()
    paused.resolve(undefined)
    expect(await handled).toBe(false)
  })
})

describe('an effect that keeps failing', () => {
  it('is parked with its error, later ones of its aggregate wait behind it, and others go on', async () => {
    const { set, handle, vendor, parked, told } = await setUp()
    vendor.do = broken(1)
    const events = [await set('mug', 1), await set('mug', 2), await set('cap', 3)]
    for (const event of events) expect(await handle(event)).toBe(true)
    expect(vendor.done).toEqual([3])
    expect((await parked('mug')).waiting.map(({ sequence }) => sequence)).toEqual([events[0]!.sequence, events[1]!.sequence])
    expect(told.parked[0]).toBe('set-value zyra.demo.inventory.stock.mug: the vendor answers nonsense')
  })

  it('is done by a redrive, in order, and frees its aggregate', async () => {
    const { set, handle, vendor, redrive } = await setUp()
    vendor.do = broken(1)
    for (const event of [await set('mug', 1), await set('mug', 2)]) await handle(event)
    vendor.do = async (value) => value
    await redrive('mug')
    await handle(await set('mug', 3))
    expect(vendor.done).toEqual([1, 2, 3])
  })

  it('is not done again by a redrive where it is found to have happened', async () => {
    const { set, handle, vendor, redrive, at } = await setUp(bench(), { find: async (value) => (vendorHas.has(value) ? value : undefined) })
    const vendorHas = new Set<number>()
    vendor.do = broken(1)
    await handle(await set('mug', 1))
    vendorHas.add(1)
    await redrive('mug')
    expect([vendor.done, at('set-value-effect', 'mug').at(-1)?.data]).toEqual([[], { items: 1 }])
  })
})

describe('a lost ownership', () => {
  it('leaves what is under way and what waits to the next owner', async () => {
    const it = bench()
    const { set, handle, vendor, lose } = await setUp(it)
    vendor.do = (_value, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('the call was ended')))
        lose()
      })
    const events = [await set('mug', 1), await set('mug', 2)]
    expect(await Promise.all(events.map(handle))).toEqual([false, false])
    const next = await setUp(it)
    for (const event of events) expect(await next.handle(event)).toBe(true)
    expect(next.vendor.done).toEqual([1, 2])
  })

  it('lets what is under way end when the process is only leaving, and begins nothing else', async () => {
    const { set, handle, vendor, leave } = await setUp()
    vendor.do = async (value) => {
      leave()
      return value
    }
    const events = [await set('mug', 1), await set('mug', 2)]
    expect(await Promise.all(events.map(handle))).toEqual([true, false])
    expect(vendor.done).toEqual([1])
  })
})
