import { UnknownEventVersion } from '@zyra/contracts'
import { memoryLog } from '@zyra/testing'
import { addToAll, bench, listening, ownerOf, until, type Bench } from '../test/kit.ts'
import { failingOn, setUp, subjectOf } from '../test/policy-bench.ts'
import { Transient } from './errors.ts'
import { createPolicyRunner } from './policies.ts'

describe('a policy', () => {
  it('has its commands decided on, each with an id of its own', async () => {
    const { ask, handle, buffers } = await setUp()
    expect(await handle(await ask('mug cap mug'))).toBe(true)
    expect([buffers('mug'), buffers('cap')]).toEqual([[1, 2], [1]])
  })

  it('ignores history that was loaded later, unless it opted in', async () => {
    const it = bench()
    const history = await it.ask('mug', { backfill: true })
    expect(await (await setUp(it)).handle(history)).toBe(true)
    expect(it.buffers('mug')).toEqual([])
    await (await setUp(it, { policies: [{ ...addToAll, backfill: true }] })).handle(history)
    expect(it.buffers('mug')).toEqual([1])
  })

  it('ignores what happened before it was added', async () => {
    const { ask, handle, buffers } = await setUp(bench(), { startAfter: 1 })
    await handle(await ask('mug'))
    await handle(await ask('cap'))
    expect([buffers('mug'), buffers('cap')]).toEqual([[], [1]])
  })

  it('with a former name reads nothing again for what nobody can have handled before', async () => {
    const it = bench()
    const loaded: string[] = []
    const log = {
      ...it.log,
      load: (subject: string, from?: number) => (loaded.push(subject), it.log.load(subject, from)),
      loadPage: (subject: string, from?: number) => (loaded.push(subject), it.log.loadPage(subject, from)),
    }
    const { handle } = await setUp({ ...it, decisions: it.decisionsOf(100, log) }, { policies: [{ ...addToAll, previously: ['older'] }] })
    for (let count = 0; count < 3; count += 1) await handle(await it.ask('mug'))
    expect([loaded, it.buffers('mug')]).toEqual([[subjectOf('mug')], [1, 2, 3]])
  })

  it('does not decide again on what is delivered again', async () => {
    const { ask, handle, buffers } = await setUp()
    const asked = await ask('mug cap')
    await handle(asked)
    await handle(asked)
    expect([buffers('mug'), buffers('cap')]).toEqual([[1], [1]])
  })
})

describe('commands', () => {
  it('run in order per aggregate, and aggregates do not wait for each other', async () => {
    const { ask, handle, hooks, buffers } = await setUp()
    const open = Promise.withResolvers<undefined>()
    const begun: string[] = []
    hooks.before = async (id, { meta }) => {
      begun.push(id)
      if (id === 'mug' && meta.id === first.envelope.id) await open.promise
    }
    const first = await ask('mug')
    const slow = [handle(first), handle(await ask('mug')), handle(await ask('mug'))]
    await handle(await ask('cap', {}, 'other-topic'))
    expect([begun, buffers('cap')]).toEqual([['mug', 'cap'], [1]])
    open.resolve(undefined)
    expect(await Promise.all(slow)).toEqual([true, true, true])
    expect(buffers('mug')).toEqual([1, 2, 3])
  })

  it('are all decided on before their event is dealt with', async () => {
    const { ask, handle, hooks, buffers } = await setUp()
    const open = Promise.withResolvers<undefined>()
    hooks.before = (id) => (id === 'cap' ? open.promise : undefined)
    let isDone = false
    const handled = handle(await ask('mug cap')).finally(() => (isDone = true))
    await until(() => buffers('mug').length === 1)
    expect(isDone).toBe(false)
    open.resolve(undefined)
    expect(await handled).toBe(true)
  })

  it('that fail are tried again after pauses, then parked with their error', async () => {
    const { ask, handle, hooks, told, parkedOf, buffers } = await setUp()
    hooks.before = failingOn('mug')
    const asked = await ask('mug cap')
    expect(await handle(asked)).toBe(true)
    expect(told.pauses).toEqual([1, 2])
    expect(told.parked).toEqual([`add-to-all ${subjectOf('mug')}: it does not work`])
    expect((await parkedOf(subjectOf('mug'))).waiting).toEqual([{ sequence: asked.sequence, parkedAt: expect.any(Number), failedAt: expect.any(Number) }])
    expect([buffers('mug'), buffers('cap')]).toEqual([[], [1]])
  })

  it('for a parked aggregate wait behind it, while others go on', async () => {
    const { ask, handle, hooks, parkedOf, buffers } = await setUp()
    hooks.before = failingOn('mug')
    const first = await ask('mug')
    await handle(first)
    hooks.before = () => undefined
    const second = await ask('mug cap')
    await handle(second)
    expect((await parkedOf(subjectOf('mug'))).waiting.map(({ sequence }) => sequence)).toEqual([first.sequence, second.sequence])
    expect([buffers('mug'), buffers('cap')]).toEqual([[], [1]])
  })

  it('wait without being parked for what passes by itself', async () => {
    const { ask, handle, hooks, told, buffers } = await setUp()
    const passing: Error[] = Array.from({ length: 20 }, () => new Transient('busy'))
    hooks.before = () => {
      const error = passing.pop()
      if (error !== undefined) throw error
    }
    expect(await handle(await ask('mug'))).toBe(true)
    expect([told.parked, told.waited.length, buffers('mug')]).toEqual([[], 20, [1]])
  })

  it('hold while the log is away', async () => {
    const { log, ask, handle, told, buffers } = await setUp()
    const asked = await ask('mug')
    log.failAppends('unavailable', 'answer lost', 'unavailable')
    expect(await handle(asked)).toBe(true)
    expect([told.parked, buffers('mug')]).toEqual([[], [1]])
  })

  it('stay undone rather than being forgotten where not even parking works', async () => {
    const { log, ask, handle, hooks, told, parkedOf, leave } = await setUp()
    hooks.before = failingOn('mug')
    const asked = await ask('mug')
    log.failAppends('refused', 'refused', 'refused', 'refused', 'refused', 'refused')
    expect(await handle(asked)).toBe(true)
    expect(told.waited.filter((one) => one.includes('refuses'))).toHaveLength(6)
    expect((await parkedOf(subjectOf('mug'))).waiting).toHaveLength(1)
    leave()
    expect(await handle(await ask('cap'))).toBe(false)
  })
})

describe('an event that a policy stumbles over', () => {
  it('is parked alone, and the others of its topic go on', async () => {
    const { ask, handle, parkedOf, buffers } = await setUp()
    const bad = await ask('!')
    expect(await handle(bad)).toBe(true)
    expect(await handle(await ask('mug'))).toBe(true)
    expect(await parkedOf(`${bad.subject}.${bad.sequence}`)).toMatchObject({ waiting: [{ sequence: bad.sequence }] })
    expect(buffers('mug')).toEqual([1])
  })

  it('stops no other policy', async () => {
    const it = bench()
    const toCap = () => [{ aggregate: 'stock', id: 'cap', command: { type: 'Add' as const, by: 1 } }]
    const other = { ...addToAll, name: 'other', on: { 'inventory.ReconcileFailed': toCap } }
    const { ask, handle, buffers } = await setUp(it, { policies: [addToAll, other] })
    await handle(await ask('!'))
    expect(buffers('cap')).toEqual([1])
  })

  it('is not evaluated again when it is delivered again', async () => {
    const { ask, handle, told } = await setUp()
    const bad = await ask('!')
    await handle(bad)
    await handle(bad)
    expect(told.parked).toHaveLength(1)
  })

  it('and one whose data cannot be read at all is parked as well', async () => {
    const { put, handle, parkedOf, told } = await setUp()
    const unreadable = await put('reconcile', 'topic', { type: 'inventory.ReconcileFailed', data: { reason: 5 } })
    expect(await handle(unreadable)).toBe(true)
    expect(await parkedOf(`${unreadable.subject}.${unreadable.sequence}`)).toMatchObject({ waiting: [{ sequence: unreadable.sequence }] })
    expect(told.parked[0]).toContain('is not as its schema says')
  })
})

describe('an event of an unknown version', () => {
  it('holds its topic, neither skipped nor parked, while other subjects go on', async () => {
    const it = bench()
    let knowsIt = false
    const codec: Bench['codec'] = {
      ...it.codec,
      open: async (stored) => {
        if (stored.envelope.version > 1 && !knowsIt) throw new UnknownEventVersion('newer')
        return it.codec.open({ ...stored, envelope: { ...stored.envelope, version: 1 } })
      },
    }
    const resumed = Promise.withResolvers<undefined>()
    const { told, observer } = listening()
    const { owned } = await ownerOf(it, 'policy')
    const runner = createPolicyRunner({
      ...it, codec, service: 'inventory', policies: [addToAll], startAfter: new Map(), observer, pauses: [], pause: () => resumed.promise,
    })
    const newer = runner.handle(await it.ask('mug', { version: 2 }), owned)
    const behind = runner.handle(await it.ask('mug'), owned)
    await runner.handle(await it.ask('cap', {}, 'other-topic'), owned)
    expect([it.buffers('mug'), it.buffers('cap'), told.parked]).toEqual([[], [1], []])
    expect(told.waited).toEqual(['inventory-policy outdated: newer'])
    knowsIt = true
    resumed.resolve(undefined)
    expect(await Promise.all([newer, behind])).toEqual([true, true])
    expect(it.buffers('mug')).toEqual([1, 2])
  })
})

describe('a lost ownership', () => {
  it('leaves everything to the next owner, which decides once', async () => {
    const it = bench()
    const { ask, handle, hooks, lose, buffers } = await setUp(it)
    hooks.before = (id) => {
      if (id === 'mug') lose()
    }
    const events = [await ask('mug'), await ask('mug'), await ask('cap', {}, 'other-topic')]
    expect(await Promise.all(events.map(handle))).toEqual([false, false, false])
    const next = await setUp(it)
    expect(await Promise.all(events.map(next.handle))).toEqual([true, true, true])
    expect([buffers('mug'), buffers('cap')]).toEqual([[1, 2], [1]])
  })

  it('leads to no second decision on what is delivered again hours later, in the same process', async () => {
    let hours = 0
    const it = bench(memoryLog({ now: () => new Date(hours * 3_600_000) }))
    const asked = await it.ask('mug cap')
    await (await setUp(it)).handle(asked)
    hours = 7
    await (await setUp(it, { mayBeInWorkElsewhere: true })).handle(asked)
    expect([it.buffers('mug'), it.buffers('cap')]).toEqual([[1], [1]])
  })

  it('ends a subject that was held because it cannot be read', async () => {
    const { runner, owned, ask, handle, leave, buffers } = await setUp()
    const held = runner.hold('zyra.demo.inventory.reconcile.topic', owned)
    const behind = handle(await ask('mug'))
    await handle(await ask('cap', {}, 'other-topic'))
    expect([buffers('mug'), buffers('cap')]).toEqual([[], [1]])
    leave()
    await held
    expect(await behind).toBe(false)
  })
})
