import { bench } from '../test/kit.ts'
import { filtersOf, registerHandlers } from './registration.ts'

const HOUR = 3_600_000
const START = Date.parse('2026-11-20T08:00:00.000Z')

const setUp = (service = 'inventory') => {
  const it = bench()
  const clock = { now: START }
  const register = (names: readonly string[], previously: readonly string[] = []) =>
    registerHandlers(
      { log: it.log, decisions: it.decisions, service, now: () => new Date(clock.now) },
      names.map((name) => ({ kind: 'policy' as const, handler: { name, previously } })),
    )
  return { ...it, clock, register }
}

describe('a handler', () => {
  it('starts at the beginning when its service starts for the first time', async () => {
    const { set, register } = setUp()
    await set('mug', 1)
    expect(await register(['one', 'two'])).toEqual(new Map([['one', 0], ['two', 0]]))
  })

  it('starts at the end of the log when it is added later', async () => {
    const { log, set, register } = setUp()
    await register(['one'])
    await set('mug', 1)
    const end = log.events().length
    expect(await register(['one', 'new'])).toEqual(new Map([['one', 0], ['new', end]]))
  })

  it('starts at the end of the log when its whole service is added to an installation that was at work for long', async () => {
    const { set, clock, register } = setUp()
    await set('mug', 1)
    clock.now = START + HOUR
    expect(await register(['one'])).toEqual(new Map([['one', 1]]))
  })

  it('keeps its place over restarts, and records it once', async () => {
    const { log, set, register } = setUp()
    await register(['one'])
    await set('mug', 1)
    await register(['one', 'new'])
    const before = log.events().length
    expect(await register(['one', 'new'])).toEqual(new Map([['one', 0], ['new', 2]]))
    expect(log.events()).toHaveLength(before)
  })

  it('goes on where its former name stood', async () => {
    const { set, register } = setUp()
    await register(['one'])
    await set('mug', 1)
    await register(['one', 'old'])
    await set('mug', 2)
    expect(await register(['renamed'], ['old'])).toEqual(new Map([['renamed', 2]]))
    await set('mug', 3)
    expect(await register(['renamed'])).toEqual(new Map([['renamed', 2]]))
  })

  it('has the place that another process was faster to record', async () => {
    const { log, set, decisions, register } = setUp()
    await register(['one'])
    const other = () =>
      registerHandlers({ log, decisions, service: 'inventory', now: () => new Date(START) }, [{ kind: 'policy', handler: { name: 'new' } }])
    log.failAppends(async () => {
      await set('mug', 1)
      await other()
    })
    expect(await register(['new'])).toEqual(new Map([['new', 2]]))
  })
})

describe('what handlers read', () => {
  it('is the aggregates that their events belong to, those of the runtime being of the service itself', () => {
    const on = (...types: readonly string[]) => ({ on: Object.fromEntries(types.map((type) => [type, () => []])) })
    expect(filtersOf('inventory', [on('inventory.BufferSet', 'inventory.DriftFound'), on('runtime.TimerFired', 'gateway.RedriveRequested')])).toEqual([
      'zyra.*.gateway.request.*', 'zyra.*.inventory.stock.*', 'zyra.*.inventory.timer.*',
    ])
  })
})
