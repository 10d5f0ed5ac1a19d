import { entryId } from '@zyra/contracts'
import { addToAll, bench, type Bench } from '../test/kit.ts'
import { failingOn, setUp, subjectOf } from '../test/policy-bench.ts'

describe('a redrive', () => {
  const parkTwo = async () => {
    const it = await setUp()
    it.hooks.before = failingOn('mug')
    const events = [await it.ask('mug'), await it.ask('mug')]
    for (const event of events) await it.handle(event)
    it.hooks.before = () => undefined
    return { ...it, events }
  }
  const request = (it: Bench) => it.put('request', 'redrive', { type: 'inventory.ReconcileFinished', data: { items: 1 } })

  it('decides again in order, as a new attempt, and frees the aggregate', async () => {
    const it = await parkTwo()
    await it.redrive(subjectOf('mug'), await request(it))
    expect(it.buffers('mug')).toEqual([1, 2])
    expect(it.at('stock', 'mug').map(({ envelope }) => [envelope.causationId, envelope.attempt])).toEqual(it.events.map(({ envelope }) => [envelope.id, 2]))
    await it.handle(await it.ask('mug'))
    expect(it.buffers('mug')).toEqual([1, 2, 3])
  })

  it('stops at what fails once more, which stays parked with those behind it', async () => {
    const it = await parkTwo()
    it.hooks.before = (_target, { meta }) => {
      if (meta.id === it.events[1]!.envelope.id) throw new Error('still broken')
    }
    await it.redrive(subjectOf('mug'), await request(it))
    expect(it.buffers('mug')).toEqual([1])
    expect((await it.parkedOf(subjectOf('mug'))).waiting.map(({ sequence }) => sequence)).toEqual([it.events[1]!.sequence])
  })

  it('has no second effect when its request is delivered again', async () => {
    const it = await parkTwo()
    it.hooks.before = (_target, { meta }) => {
      if (meta.id === it.events[1]!.envelope.id) throw new Error('still broken')
    }
    const asked = await request(it)
    await it.redrive(subjectOf('mug'), asked)
    it.hooks.before = () => undefined
    const before = it.log.events().length
    await it.redrive(subjectOf('mug'), asked)
    expect([it.buffers('mug'), it.log.events().slice(before).map(({ envelope }) => envelope.type)]).toEqual([[1], []])
    await it.redrive(subjectOf('mug'), await request(it))
    expect(it.buffers('mug')).toEqual([1, 2])
  })

  it('is not undone when the event itself is delivered once more', async () => {
    const it = await parkTwo()
    await it.redrive(subjectOf('mug'), await request(it))
    for (const event of it.events) expect(await it.handle(event)).toBe(true)
    expect(it.buffers('mug')).toEqual([1, 2])
  })

  it('does not repeat those commands of an event that were decided on before', async () => {
    const it = await setUp()
    let calls = 0
    it.hooks.before = (target) => {
      calls += 1
      if (target === 'mug' && calls > 1) throw new Error('the second fails')
    }
    await it.handle(await it.ask('mug mug'))
    it.hooks.before = () => undefined
    await it.redrive(subjectOf('mug'), await request(it))
    expect(it.buffers('mug')).toEqual([1, 2])
  })

  it('reaches events that could not be evaluated once the policy is mended', async () => {
    const it = bench()
    const { ask, handle, put, redrive } = await setUp(it)
    const bad = await ask('!')
    await handle(bad)
    const toMug = () => [{ aggregate: 'stock', id: 'mug', command: { type: 'Add' as const, by: 1 } }]
    const mended = { ...addToAll, on: { 'inventory.ReconcileFailed': toMug } }
    const next = await setUp(it, { policies: [mended] })
    const asked = await put('request', 'redrive', { type: 'inventory.ReconcileFinished', data: { items: 1 } })
    await next.redrive(`${bad.subject}.${bad.sequence}`, asked)
    expect(await next.handle(bad)).toBe(true)
    expect(it.buffers('mug')).toEqual([1])
    await expect(redrive('zyra.demo.inventory.stock.nothing', asked)).rejects.toThrow('nothing is parked as')
  })
})

describe('setting aside', () => {
  const why = { by: 'anna', reason: 'the listing is gone' }

  it('leaves what waits undone for good, says who wanted it, and frees the aggregate', async () => {
    const it = await setUp()
    it.hooks.before = failingOn('mug')
    const events = [await it.ask('mug'), await it.ask('mug')]
    for (const event of events) await it.handle(event)
    it.hooks.before = () => undefined
    const asked = await it.put('request', 'discard', { type: 'inventory.ReconcileFinished', data: { items: 1 } })
    await it.redrive(subjectOf('mug'), asked, why)
    expect((await it.parkedOf(subjectOf('mug'))).waiting).toEqual([])
    expect(it.log.events().at(-1)).toMatchObject({
      envelope: { type: 'runtime.HandlerDiscarded', causationId: entryId(asked.envelope.id, 'discard', String(events[1]!.sequence)) },
      data: { ...why, handler: 'add-to-all', upToSequence: events[1]!.sequence },
    })
    for (const event of events) expect(await it.handle(event)).toBe(true)
    expect(it.buffers('mug')).toEqual([])
    await it.handle(await it.ask('mug'))
    expect(it.buffers('mug')).toEqual([1])
    const next = await setUp(it)
    expect([next.owned.parking.size(), await next.handle(events[0]!)]).toEqual([0, true])
    expect(it.buffers('mug')).toEqual([1])
  })

  it('reaches what waited when it was asked for, and has no second effect', async () => {
    const it = await setUp()
    it.hooks.before = failingOn('mug')
    await it.handle(await it.ask('mug'))
    const asked = await it.put('request', 'discard', { type: 'inventory.ReconcileFinished', data: { items: 1 } })
    const later = await it.ask('mug')
    await it.handle(later)
    await it.redrive(subjectOf('mug'), asked, why)
    const before = it.log.events().length
    await it.redrive(subjectOf('mug'), asked, why)
    expect((await it.parkedOf(subjectOf('mug'))).waiting.map(({ sequence }) => sequence)).toEqual([later.sequence])
    expect(it.log.events()).toHaveLength(before)
  })

  it('leaves alone what happened before it was asked for and came to wait afterwards, which nobody saw', async () => {
    const it = await setUp()
    it.hooks.before = failingOn('mug')
    const [seen, unseen] = [await it.ask('mug'), await it.ask('mug')]
    await it.handle(seen)
    const asked = await it.put('request', 'discard', { type: 'inventory.ReconcileFinished', data: { items: 1 } })
    await it.handle(unseen)
    for (let deliveries = 0; deliveries < 2; deliveries += 1) {
      await it.redrive(subjectOf('mug'), asked, why)
      expect((await it.parkedOf(subjectOf('mug'))).waiting.map(({ sequence }) => sequence)).toEqual([unseen.sequence])
      expect(it.owned.parking.size()).toBe(1)
    }
  })

  it('writes down each event up to which it went, also for the same request', async () => {
    const it = await setUp()
    it.hooks.before = failingOn('mug')
    const events = [await it.ask('mug'), await it.ask('mug')]
    for (const event of events) await it.handle(event)
    const { lot } = await it.parkedOf(subjectOf('mug'))
    for (const { sequence } of events) await it.owned.parking.discard(lot, entryId('request'), sequence, why)
    expect([it.owned.parking.size(), (await it.parkedOf(subjectOf('mug'))).waiting]).toEqual([0, []])
  })
})

describe('a renamed policy', () => {
  const renamed = { ...addToAll, name: 'renamed', previously: ['add-to-all'] }

  it('keeps what its former name parked in front of what comes after it', async () => {
    const it = bench()
    const before = await setUp(it)
    before.hooks.before = failingOn('mug')
    const first = await it.ask('mug')
    await before.handle(first)
    const after = await setUp(it, { policies: [renamed] })
    const second = await it.ask('mug')
    await after.handle(second)
    expect((await after.parkedOf(subjectOf('mug'))).waiting.map(({ sequence }) => sequence)).toEqual([first.sequence, second.sequence])
    await after.redrive(subjectOf('mug'), await it.put('request', 'redrive', { type: 'inventory.ReconcileFinished', data: { items: 1 } }))
    expect(it.buffers('mug')).toEqual([1, 2])
  })

  it('does not decide again on what its former name decided', async () => {
    const it = bench()
    const asked = await it.ask('mug mug')
    await (await setUp(it)).handle(asked)
    await (await setUp(it, { policies: [renamed], mayBeInWorkElsewhere: true })).handle(asked)
    expect(it.buffers('mug')).toEqual([1, 2])
  })
})
