import { openGate, setUp } from '../test/effect-bench.ts'
import { bench, ownerOf, valueReactor, type ValuePort } from '../test/kit.ts'
import { createEffects } from './effects.ts'
import { Stopped, Transient } from './errors.ts'
import type { Gate } from './gate.ts'

describe('a side effect', () => {
  it('is announced before it is done, and its outcome is recorded after', async () => {
    const { begin, said, port, log, beginEffect, reactor, owned, set } = await setUp()
    let saidBefore: readonly string[] = []
    const spying: ValuePort = { ...port, do: async (input, context) => {
      saidBefore = log.events().map(({ envelope }) => envelope.type)
      return port.do(input, context)
    } }
    await (await begin(5))()
    expect(said()).toEqual(['attempted 1', 'done: 5'])
    const other = createEffects({ ...bench(log), gate: openGate, service: 'inventory', ports: { value: spying } })
    await other({ reactor, stored: await set('cap', 6), attempt: 1, owned })()
    expect(saidBefore.at(-1)).toBe('runtime.EffectAttempted')
    expect(beginEffect).toBeDefined()
  })

  it('is not done again once its outcome is recorded', async () => {
    const { begin, said, outside } = await setUp()
    const effect = await begin(5)
    await effect()
    await effect()
    expect([outside.times, said()]).toEqual([1, ['attempted 1', 'done: 5']])
  })

  it('is asked for with a key that is the same over all tries, and another one for another event or attempt', async () => {
    const { asked, faults, begin, beginEffect, reactor, set, owned } = await setUp()
    faults.do.push(() => {
      throw new Error('reset')
    })
    const first = await begin(5)
    await expect(first()).rejects.toThrow('reset')
    await first()
    const stored = await set('mug', 7)
    await beginEffect({ reactor, stored, attempt: 1, owned })()
    await beginEffect({ reactor, stored, attempt: 2, owned })()
    const [one, again, other, redriven] = asked.map(({ context }) => context.key)
    expect(again).toBe(one)
    expect(new Set([one, other, redriven]).size).toBe(3)
  })

  it('hands a failure of the port on, for the runner to try again', async () => {
    const { begin, said, faults } = await setUp()
    faults.do.push(() => {
      throw new Transient('busy', { retryAfterMs: 7_000 })
    })
    await expect((await begin(5))()).rejects.toMatchObject({ name: 'Transient', retryAfterMs: 7_000 })
    expect(said()).toEqual(['attempted 1'])
  })

  it('fails when nobody provides its port', async () => {
    const it = bench()
    const { owned } = await ownerOf(it, 'reactor')
    const beginEffect = createEffects({ ...it, gate: openGate, service: 'inventory', ports: {} })
    await expect(beginEffect({ reactor: valueReactor(), stored: await it.set('mug', 1), attempt: 1, owned })()).rejects.toThrow('provides no port "value"')
  })
})

describe('an effect of which nobody knows whether it happened', () => {
  it('is looked for, and recorded where it is found', async () => {
    const { asked, begin, said, outside, faults } = await setUp()
    faults.do.push(() => {
      throw new Error('the answer was lost')
    })
    const effect = await begin(5)
    await expect(effect()).rejects.toThrow()
    await effect()
    expect(asked.map(({ what }) => what)).toEqual(['do', 'find'])
    expect([outside.times, said()]).toEqual([1, ['attempted 1', 'done: 5']])
  })

  it('is done again where it is not found, and that is announced as well', async () => {
    const { begin, said, outside, faults } = await setUp()
    faults.do.push(() => {
      outside.value = undefined
      throw new Error('never arrived')
    })
    const effect = await begin(5)
    await expect(effect()).rejects.toThrow()
    await effect()
    expect([outside.value, said()]).toEqual([5, ['attempted 1', 'attempted 2', 'done: 5']])
  })

  it('is not done again blindly where it cannot be looked for', async () => {
    const { begin, said, outside, faults } = await setUp({ port: 'without find' })
    faults.do.push(() => {
      throw new Error('the answer was lost')
    })
    const effect = await begin(5)
    await expect(effect()).rejects.toThrow()
    await effect()
    expect(outside.times).toBe(1)
    expect(said()).toEqual(['attempted 1', expect.stringMatching(/^failed: tried 1 times without an answer/)])
  })

  it('is not done again blindly by a redrive either', async () => {
    const { beginEffect, reactor, set, owned, outside, faults, said } = await setUp()
    faults.do.push(() => {
      throw new Error('the answer was lost')
    })
    const stored = await set('mug', 5)
    await expect(beginEffect({ reactor, stored, attempt: 1, owned })()).rejects.toThrow()
    await beginEffect({ reactor, stored, attempt: 2, owned })()
    expect([outside.times, said()]).toEqual([1, ['attempted 1', 'done: 5']])
  })

  it('is done again without find where the vendor said that it did nothing, and announced once', async () => {
    const { begin, said, outside, faults } = await setUp({ port: 'without find' })
    const busy = () => {
      throw new Transient('429', { mayHaveHappened: false })
    }
    faults.do.push(busy, busy)
    const effect = await begin(5)
    await expect(effect()).rejects.toThrow('429')
    await expect(effect()).rejects.toThrow('429')
    await effect()
    expect([outside.times, said()]).toEqual([3, ['attempted 1', 'done: 5']])
  })

  it('is known again under the name that its reactor had', async () => {
    const { log, set, owned, port, outside, ...rest } = await setUp()
    const stored = await set('mug', 5)
    const effects = createEffects({ log, ...rest, gate: openGate, service: 'inventory', ports: { value: port } })
    await effects({ reactor: valueReactor(), stored, attempt: 1, owned })()
    await effects({ reactor: valueReactor({ name: 'renamed', previously: ['set-value'] }), stored, attempt: 1, owned })()
    expect(outside.times).toBe(1)
  })
})

describe('a crash', () => {
  const kinds = ['with find', 'without find'] as const
  /** What may fail: the append of the attempt, the call (before or after it arrived), the append of the outcome; before or after it was taken. */
  const crashes = ['unavailable attempt', 'unanswered attempt', 'call lost', 'answer lost', 'unavailable outcome', 'unanswered outcome'] as const

  describe.each(kinds)('of a port %s', (kind) => {
    it.each(crashes)('(%s) never makes the effect happen twice', async (crash) => {
      const { log, set, beginEffect, reactor, owned, outside, faults, said } = await setUp({ port: kind })
      const stored = await set('mug', 5)
      const fault = crash.startsWith('unavailable') ? ('unavailable' as const) : ('answer lost' as const)
      if (crash.endsWith('attempt')) log.failAppends(fault)
      if (crash.endsWith('outcome')) log.failAppends(async () => undefined, fault)
      if (crash === 'call lost') {
        faults.do.push(() => {
          Object.assign(outside, { value: undefined, times: 0 })
          throw new Error('reset')
        })
      }
      if (crash === 'answer lost') {
        faults.do.push(() => {
          throw new Error('reset')
        })
      }
      // Every process that takes over knows nothing but the log.
      await expect(beginEffect({ reactor, stored, attempt: 1, owned })()).rejects.toThrow()
      await beginEffect({ reactor, stored, attempt: 1, owned })()
      await beginEffect({ reactor, stored, attempt: 1, owned })()

      const nobodyKnows = kind === 'without find' && !['unavailable attempt', 'unanswered outcome'].includes(crash)
      expect(outside.times).toBe(nobodyKnows && ['unanswered attempt', 'call lost'].includes(crash) ? 0 : 1)
      const outcomes = said().filter((one) => !one.startsWith('attempted'))
      expect(outcomes).toEqual([nobodyKnows ? expect.stringMatching(/^failed: tried 1 times/) : 'done: 5'])
    })
  })
})

describe('an effect that sets a value', () => {
  it('is left out where a newer one was asked for', async () => {
    const { begin, said, outside, set } = await setUp({ newestOnly: true })
    const older = await begin(5)
    await set('mug', 6)
    await older()
    expect([outside.times, said()]).toEqual([0, []])
  })

  it('is not left out for history that the reactor does not act on', async () => {
    const { begin, outside, set } = await setUp({ newestOnly: true })
    const newest = await begin(5)
    await set('mug', 6, { backfill: true })
    await newest()
    expect(outside.value).toBe(5)
  })

  it('is not read back while nobody else can have a call under way', async () => {
    const { begin, asked } = await setUp({ newestOnly: true })
    await (await begin(5))()
    expect(asked.map(({ what }) => what)).toEqual(['do'])
  })

  it('is read back after a take-over', async () => {
    const { begin, asked, said } = await setUp({ newestOnly: true, contested: true })
    await (await begin(5))()
    expect(asked.map(({ what }) => what)).toEqual(['do', 'find'])
    expect(said()).toEqual(['attempted 1', 'done: 5'])
  })

  it('is set again where the late call of a former owner replaced it', async () => {
    const { begin, asked, said, outside, faults } = await setUp({ newestOnly: true, contested: true })
    faults.find.push(() => {
      outside.value = 99
    })
    await (await begin(5))()
    expect(asked.map(({ what }) => what)).toEqual(['do', 'find', 'do', 'find'])
    expect([outside.value, said()]).toEqual([5, ['attempted 1', 'attempted 2', 'done: 5']])
  })

  it('is not fought over for ever', async () => {
    const { begin, said, outside, faults } = await setUp({ newestOnly: true, contested: true })
    faults.find.push(...Array.from({ length: 10 }, () => () => {
      outside.value = 99
    }))
    await (await begin(5))()
    expect([outside.times, said().at(-1)]).toEqual([4, 'done: 5'])
  })

  it('is never repeated where it creates something instead', async () => {
    const { begin, asked, faults, outside } = await setUp({ contested: true })
    faults.find.push(() => {
      outside.value = undefined
    })
    await (await begin(5))()
    expect(asked.map(({ what }) => what)).toEqual(['do'])
  })
})

describe('a stopped effect', () => {
  const stopping = (error: Stopped): Pick<Gate, 'pass'> => ({ pass: () => Promise.reject(error) })

  it('has that for an outcome', async () => {
    const { begin, said, outside } = await setUp({ gate: stopping(new Stopped('everything is stopped')) })
    const effect = await begin(5)
    await effect()
    await effect()
    expect([outside.times, said()]).toEqual([0, ['failed: everything is stopped']])
  })

  it('says so when it may have happened all the same', async () => {
    const { begin, said } = await setUp({ gate: stopping(new Stopped('everything is stopped', { mayHaveHappened: true })) })
    await (await begin(5))()
    expect(said()).toEqual(['failed: everything is stopped; a call had been made before, so it may have happened all the same'])
  })

  it('says so when an earlier try may have happened', async () => {
    const { set, beginEffect, reactor, owned, faults, said, ...rest } = await setUp()
    faults.do.push(() => {
      throw new Error('reset')
    })
    const stored = await set('mug', 5)
    await expect(beginEffect({ reactor, stored, attempt: 1, owned })()).rejects.toThrow()
    const later = createEffects({ ...rest, gate: stopping(new Stopped('everything is stopped')), service: 'inventory', ports: { value: rest.port } })
    await later({ reactor, stored, attempt: 1, owned })()
    expect(said().at(-1)).toMatch(/it may have happened all the same$/)
  })
})

describe('a process that lost the ownership', () => {
  it('records no outcome, which could stand behind that of the new owner', async () => {
    const { begin, said, faults, lose } = await setUp()
    faults.do.push(lose)
    await expect((await begin(5))()).rejects.toMatchObject({ name: 'LogUnavailable' })
    expect(said()).toEqual(['attempted 1'])
  })
})
