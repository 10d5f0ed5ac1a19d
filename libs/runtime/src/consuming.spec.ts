import type { Delivery, OwnedConsumerOptions, StoredEvent } from '@zyra/jetstream'
import { addToAll, bench, listening, until } from '../test/kit.ts'
import { startConsuming } from './consuming.ts'
import { openParking, parkedIdOf } from './parking.ts'
import { createPolicyRunner } from './policies.ts'

type Consume = Omit<OwnedConsumerOptions, 'nc' | 'link' | 'inboxPrefix' | 'stream'>

/** A durable consumer whose owner, deliveries and state the spec decides on. */
const consumerInHand = () => {
  const state = { owner: true, owned: true, pending: 0, inFlight: 0 }
  const acked: number[] = []
  let options: Consume | undefined
  let lost = new AbortController()
  const deliveryOf = (stored: StoredEvent, read = () => stored): Delivery => ({
    subject: stored.subject, sequence: stored.sequence, read, json: () => stored.data, header: () => '', ack: () => void acked.push(stored.sequence),
  })
  return {
    state, acked,
    js: {
      consume: async (given: Consume) => {
        options = given
        return { owns: () => state.owner, state: async () => ({ ...state }), close: async () => lost.abort() }
      },
    },
    own: () => {
      lost.abort()
      lost = new AbortController()
      options?.onOwnership(lost.signal)
    },
    deliver: (stored: StoredEvent, read?: () => StoredEvent) => options?.onDelivery(deliveryOf(stored, read)),
    filters: () => options?.filters,
  }
}

const setUp = async () => {
  const [it, hand, clock, draining] = [bench(), consumerInHand(), { now: 0 }, new AbortController()]
  const { told, observer } = listening()
  const paused: { until: Promise<void> } = { until: Promise.resolve() }
  const pause = (): Promise<void> => paused.until
  const open = () => openParking({ ...it, service: 'inventory', kind: 'policy' })
  const consuming = await startConsuming({
    js: hand.js, log: it.log, service: 'inventory', kind: 'policy', handlers: [addToAll], openParking: open, observer, draining: draining.signal,
    monotonic: () => clock.now, pause,
    createRunner: (watched) =>
      createPolicyRunner({ ...it, service: 'inventory', policies: [addToAll], startAfter: new Map(), observer: watched, pauses: [], pause }),
  })
  const askRedrive = (parkedId: string, service = 'inventory') =>
    it.put('request', 'redrive', { type: 'gateway.RedriveRequested', data: { requestId: 'r', by: 'anna', service, parkedId } })
  return { ...it, ...hand, told, consuming, draining, clock, askRedrive, paused, open }
}

describe('a consumer at work', () => {
  it('reads the aggregates that its handlers need, and requests for a redrive', async () => {
    const { filters } = await setUp()
    expect(filters()).toEqual(['zyra.*.inventory.reconcile.*', 'zyra.*.gateway.request.*'])
  })

  it('acknowledges what is dealt with', async () => {
    const { own, deliver, ask, acked, consuming, buffers } = await setUp()
    own()
    deliver(await ask('mug'))
    await consuming.idle()
    expect([acked, buffers('mug')]).toEqual([[1], [1]])
  })

  it('acknowledges nothing that it lost meanwhile', async () => {
    const { own, deliver, ask, acked, consuming, log } = await setUp()
    own()
    const asked = await ask('mug')
    log.failAppends(async () => own())
    deliver(asked)
    await consuming.idle()
    expect(acked).toEqual([])
  })

  it('acts on nothing before it knows what is parked, also by the owner before', async () => {
    const { own, deliver, ask, acked, consuming, log, open, buffers } = await setUp()
    own()
    await consuming.idle()
    const first = await ask('mug')
    const elsewhere = await open()
    const lot = { merchant: 'demo', handler: 'add-to-all', kind: 'policy' as const, subject: 'zyra.demo.inventory.stock.mug' }
    await elsewhere.park(lot, first, { error: 'broken', tries: 5 })
    log.failReads(2)
    own()
    const second = await ask('mug')
    deliver(first)
    deliver(second)
    await consuming.idle()
    expect([acked, buffers('mug')]).toEqual([[first.sequence, second.sequence], []])
  })

  it('keeps the order of what is delivered before and after it knows enough', async () => {
    const { own, deliver, ask, acked, consuming, at } = await setUp()
    own()
    const events = [await ask('mug'), await ask('mug'), await ask('mug')]
    for (const event of events) deliver(event)
    await consuming.idle()
    expect(acked).toHaveLength(3)
    expect(at('stock', 'mug').map(({ envelope }) => envelope.causationId)).toEqual(events.map(({ envelope }) => envelope.id))
  })

  it('stops the subject of a message that cannot be read, says so, and goes on with others', async () => {
    const { own, deliver, ask, acked, told, consuming, state, buffers } = await setUp()
    own()
    const bad = await ask('mug')
    deliver(bad, () => {
      throw new Error('the message has no proper envelope')
    })
    deliver(await ask('mug'))
    const other = await ask('cap', {}, 'other-topic')
    deliver(other)
    await until(() => acked.length > 0)
    expect([acked, buffers('mug')]).toEqual([[other.sequence], []])
    expect(told.problems).toEqual([expect.stringContaining('cannot be read and stops its subject: the message has no proper envelope')])
    Object.assign(state, { inFlight: 2 })
    expect(await consuming.check()).toMatchObject({ name: 'inventory-policy', ok: false, detail: expect.stringContaining('cannot be read') })
    own()
    await consuming.idle()
    expect(acked).toEqual([other.sequence])
  })
})

describe('a request for a redrive', () => {
  it('is done when everything that waited is handled again', async () => {
    const { own, deliver, ask, askRedrive, acked, consuming, open, buffers } = await setUp()
    const asked = await ask('mug')
    const lot = { merchant: 'demo', handler: 'add-to-all', kind: 'policy' as const, subject: 'zyra.demo.inventory.stock.mug' }
    await (await open()).park(lot, asked, { error: 'broken', tries: 5 })
    own()
    const request = await askRedrive(parkedIdOf(lot))
    deliver(request)
    await consuming.idle()
    expect([acked, buffers('mug')]).toEqual([[request.sequence], [1]])
  })

  it('waits while the log is away instead of being forgotten', async () => {
    const { own, deliver, ask, askRedrive, acked, consuming, open, log, told, buffers } = await setUp()
    const asked = await ask('mug')
    const lot = { merchant: 'demo', handler: 'add-to-all', kind: 'policy' as const, subject: 'zyra.demo.inventory.stock.mug' }
    await (await open()).park(lot, asked, { error: 'broken', tries: 5 })
    own()
    await consuming.idle()
    const request = await askRedrive(parkedIdOf(lot))
    await new Promise((resolve) => setImmediate(resolve))
    log.failReads(3)
    deliver(request)
    await consuming.idle()
    expect([acked, buffers('mug'), told.problems]).toEqual([[request.sequence], [1], []])
  })

  it('for a lot that does not exist is told as a problem and done with', async () => {
    const { own, deliver, askRedrive, acked, consuming, told } = await setUp()
    own()
    deliver(await askRedrive('nothing'))
    deliver(await askRedrive('nothing', 'finance'))
    await consuming.idle()
    expect([acked, told.problems]).toEqual([[1, 2], ['redrive: nothing is parked as "nothing" in inventory']])
  })
})

describe('leaving', () => {
  it('begins nothing new, ends what is under way, and acknowledges it', async () => {
    const { own, deliver, ask, acked, consuming, draining, log } = await setUp()
    own()
    const events = [await ask('mug'), await ask('mug')]
    const taking = Promise.withResolvers<undefined>()
    log.failAppends(() => {
      draining.abort()
      return taking.promise
    })
    for (const event of events) deliver(event)
    await until(() => draining.signal.aborted)
    deliver(await ask('cap', {}, 'other-topic'))
    taking.resolve(undefined)
    await consuming.idle()
    expect(acked).toEqual([events[0]!.sequence])
  })

  it('does not wait for what waits itself', async () => {
    const { own, deliver, ask, acked, consuming, draining, paused, log, told } = await setUp()
    own()
    const asked = await ask('mug')
    const resumed = Promise.withResolvers<undefined>()
    paused.until = resumed.promise
    log.failAppends('unavailable')
    deliver(asked)
    await until(() => told.waited.length > 0)
    draining.abort()
    resumed.resolve(undefined)
    await consuming.idle()
    expect(acked).toEqual([])
  })
})

describe('the health of a consumer', () => {
  it('is good while there is nothing to do, or another process does it', async () => {
    const { consuming, clock, state, own } = await setUp()
    own()
    clock.now = 1_000_000
    expect(await consuming.check()).toMatchObject({ ok: true })
    Object.assign(state, { owner: false, pending: 50 })
    clock.now = 2_000_000
    expect(await consuming.check()).toMatchObject({ ok: true, detail: '50 to be delivered, 0 in work, owned elsewhere' })
  })

  it('is bad once nobody owned it for a minute while work waits', async () => {
    const { consuming, clock, state } = await setUp()
    Object.assign(state, { owner: false, owned: false })
    expect(await consuming.check()).toMatchObject({ ok: true, detail: '0 to be delivered, 0 in work, idle' })
    Object.assign(state, { inFlight: 3 })
    expect(await consuming.check()).toMatchObject({ ok: true })
    clock.now = 60_001
    expect(await consuming.check()).toMatchObject({ ok: false, detail: '0 to be delivered, 3 in work, owned by nobody for a minute' })
  })

  it('is bad once nothing was done for a minute, however the backlog changes', async () => {
    const { consuming, clock, state, own } = await setUp()
    own()
    for (const [now, pending, ok] of [[0, 5, true], [60_000, 6, true], [60_001, 7, false]] as const) {
      Object.assign(clock, { now })
      Object.assign(state, { pending })
      expect(await consuming.check()).toMatchObject({ ok })
    }
  })

  it('is good while it waits for a vendor, and says for what', async () => {
    const { consuming, clock, state, own, deliver, ask, paused, log, told } = await setUp()
    own()
    const asked = await ask('mug')
    const resumed = Promise.withResolvers<undefined>()
    paused.until = resumed.promise
    log.failAppends('unavailable')
    deliver(asked)
    await until(() => told.waited.length > 0)
    Object.assign(state, { inFlight: 1 })
    clock.now = 60_000
    expect(await consuming.check()).toMatchObject({ ok: true, detail: expect.stringContaining('waiting: add-to-all: ') })
    resumed.resolve(undefined)
    await consuming.idle()
  })

  it('is bad while an event waits for a newer release', async () => {
    const { consuming, state, own, deliver, ask, paused, told, draining } = await setUp()
    own()
    const asked = await ask('mug', { version: 2 })
    const resumed = Promise.withResolvers<undefined>()
    paused.until = resumed.promise
    deliver(asked)
    await until(() => told.waited.length > 0)
    Object.assign(state, { inFlight: 1 })
    expect(await consuming.check()).toMatchObject({ ok: false, detail: expect.stringContaining('knows versions 1 to 1') })
    draining.abort()
    resumed.resolve(undefined)
    await consuming.idle()
  })
})
