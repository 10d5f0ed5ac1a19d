import { projection, type DomainEvent } from '@zyra/es'
import { LogUnavailable } from '@zyra/jetstream'
import { openPostgres, projectionStates, rows, type Postgres } from '@zyra/postgres'
import { memoryLog } from '@zyra/testing'
import { bench, listening, until, type Bench } from '../test/kit.ts'
import { startTestPostgres } from '../test/servers.ts'
import { rebuildProjection, runProjection, sourceOf } from './projections.ts'

interface BufferSet extends DomainEvent {
  readonly type: 'inventory.BufferSet'
  readonly data: { readonly buffer: number }
}

let server: Awaited<ReturnType<typeof startTestPostgres>>
let db: Postgres

beforeAll(async () => {
  server = await startTestPostgres()
  db = await openPostgres({ url: server.url })
}, 60_000)

afterAll(async () => {
  await db.close()
  await server.stop()
}, 60_000)

const handling = { canFold13: false }
const table = (name: string, version = 1) =>
  projection<BufferSet, { readonly buffer: number; readonly version: number }>({
    name, version,
    on: {
      'inventory.BufferSet': (_row, { data: { buffer } }) => {
        if (buffer === 13 && !handling.canFold13) throw new Error('13 cannot be folded')
        return { buffer, version }
      },
    },
  })

/** Postgres that fails as often as the spec says, as one that restarts does. */
const failing = (times: { left: number }): Postgres => ({
  ...db,
  query: (sql, values) => {
    if (times.left === 0) return db.query(sql, values)
    times.left -= 1
    return db.query('do $$ begin raise exception using errcode = $q$57P01$q$; end $$')
  },
  transaction: (work) => {
    if (times.left === 0) return db.transaction(work)
    times.left -= 1
    return db.transaction(async (query) => {
      await query('do $$ begin raise exception using errcode = $q$57P01$q$; end $$')
      return work(query)
    })
  },
})

describe('a projection', () => {
  const stopped: AbortController[] = []
  afterEach(() => stopped.splice(0).forEach((one) => one.abort()))

  const start = (it: Bench, target: ReturnType<typeof table>, on = db) => {
    const { told, observer } = listening()
    const stop = new AbortController()
    stopped.push(stop)
    const pauses: number[] = []
    const running = runProjection(
      {
        log: it.log, codec: it.codec, db: on, service: 'inventory', observer, signal: stop.signal,
        pause: async (ms) => {
          pauses.push(ms)
          await new Promise((resolve) => setImmediate(resolve))
        },
      },
      target,
    )
    const read = async (id: string) => (await rows(db, target).get('demo', id)).found?.row
    const reaches = (sequence: number) => until(() => running.check().detail === `at ${sequence}`)
    return { ...running, stop, told, pauses, read, reaches }
  }

  it('writes the rows of what stands in the log and of what comes', async () => {
    const it = bench()
    await it.set('mug', 1)
    const { read, reaches } = start(it, table('inventory_follows'))
    await reaches(1)
    await it.set('mug', 2)
    await it.set('cap', 3)
    await reaches(3)
    expect([await read('mug'), await read('cap')]).toEqual([{ buffer: 2, version: 1 }, { buffer: 3, version: 1 }])
  })

  it('goes on from its checkpoint, not from the start', async () => {
    const it = bench()
    await it.set('mug', 1)
    const first = start(it, table('inventory_goes_on'))
    await first.reaches(1)
    first.stop.abort()
    await first.done
    await it.set('mug', 2)
    const second = start(it, table('inventory_goes_on'))
    await second.reaches(2)
    expect(await second.read('mug')).toEqual({ buffer: 2, version: 1 })
  })

  it('stops at what it cannot fold, says so for people and for machines, and never skips it', async () => {
    handling.canFold13 = false
    const it = bench()
    for (const buffer of [12, 13, 14]) await it.set('mug', buffer)
    const target = table('inventory_stumbles')
    const { check, read, told, pauses } = start(it, target)
    await until(() => pauses.length >= 5)
    expect(check()).toEqual({ name: 'projection inventory_stumbles', ok: false, detail: expect.stringContaining('13 cannot be folded') })
    expect(told.problems).toEqual([expect.stringContaining('13 cannot be folded')])
    expect(pauses.slice(0, 5)).toEqual([1_000, 2_000, 5_000, 10_000, 30_000])
    expect(await read('mug')).toBeUndefined()
    const state = (await projectionStates(db)).find(({ name }) => name === target.name)
    expect(state?.stoppedBecause).toContain('13 cannot be folded')
    handling.canFold13 = true
    await until(() => check().ok)
    expect(await read('mug')).toEqual({ buffer: 14, version: 1 })
  })

  it('goes on by itself after a failure that passes, and is well again though nothing new comes', async () => {
    const it = bench()
    await it.set('mug', 1)
    const times = { left: 3 }
    const { check, read, reaches, told } = start(it, table('inventory_passes'), failing(times))
    await reaches(1)
    expect([times.left, check().ok, told.problems.length]).toEqual([0, true, 1])
    expect(await read('mug')).toEqual({ buffer: 1, version: 1 })
  })

  it('is well again once Postgres is, though it had read everything before', async () => {
    const it = bench()
    await it.set('mug', 1)
    const first = start(it, table('inventory_well_again'))
    await first.reaches(1)
    first.stop.abort()
    await first.done
    const times = { left: 2 }
    const second = start(it, table('inventory_well_again'), failing(times))
    await second.reaches(1)
    expect([times.left, second.check().ok, second.told.problems.length]).toEqual([0, true, 1])
  })

  it('is well again once the log can be read, though nothing new comes', async () => {
    const log = memoryLog()
    const it = bench(log)
    await it.set('mug', 1)
    const fails = { left: 2 }
    const flaky: Bench = {
      ...it,
      codec: { ...it.codec, open: async (stored) => {
        if (fails.left === 0) return it.codec.open(stored)
        fails.left -= 1
        throw new LogUnavailable('the keys cannot be read')
      } },
    }
    const { reaches, check } = start(flaky, table('inventory_keys'))
    await reaches(1)
    expect(check().ok).toBe(true)
  })

  it('neither opens nor understands events of other names on its subjects', async () => {
    const it = bench()
    await it.put('stock', 'mug', { type: 'inventory.DriftFound', data: { nothing: 'of a version to come' } }, { version: 9 })
    await it.set('mug', 1)
    const { reaches, told } = start(it, table('inventory_others'))
    await reaches(2)
    expect(told.problems).toEqual([])
  })

  it('stops at a version that it does not know', async () => {
    const it = bench()
    await it.set('mug', 1, { version: 2 })
    const { check, pauses } = start(it, table('inventory_newer'))
    await until(() => pauses.length > 0)
    expect(check()).toMatchObject({ ok: false, detail: expect.stringContaining('knows versions 1 to 1') })
  })

  it('rebuilds rows that an older version wrote', async () => {
    const it = bench()
    await it.set('mug', 1)
    const older = start(it, table('inventory_rebuilt', 1))
    await older.reaches(1)
    older.stop.abort()
    await older.done
    await it.set('cap', 2)
    const newer = start(it, table('inventory_rebuilt', 2))
    await newer.reaches(2)
    expect([await newer.read('mug'), await newer.read('cap')]).toEqual([{ buffer: 1, version: 2 }, { buffer: 2, version: 2 }])
  })

  /** A log as it stands once it was restored up to the last event of some aggregate: what is in it keeps the epoch in which it was appended. */
  const restored = (it: Bench, epoch: number, upTo = Infinity): Bench => {
    const within = ({ sequence }: { readonly sequence: number }): boolean => sequence <= upTo
    const { log } = it
    const follow: typeof log.follow = async function* (options) {
      for await (const batch of log.follow(options)) {
        const events = batch.events.filter(within)
        for (const [index, event] of events.entries()) yield { events: [event], upTo: event.sequence, pending: events.length - 1 - index }
      }
    }
    return {
      ...it,
      log: {
        ...log, epoch, follow,
        lastSequence: async () => Math.min(upTo, await log.lastSequence()),
        lastOf: async (filters) => (await log.lastOf(filters)).filter(within),
      },
    }
  }

  it('makes rows of a former life of the log anew, once, wherever they stood', async () => {
    const it = bench()
    await it.set('mug', 1)
    await it.set('mug', 2)
    await it.set('never restored', 3)
    const target = table('inventory_epochs')
    const before = start(it, target)
    await before.reaches(3)
    before.stop.abort()
    await before.done
    const life = restored(it, 2, 2)
    const after = start(life, target)
    await after.reaches(2)
    expect([await after.read('mug'), await after.read('never restored')]).toEqual([{ buffer: 2, version: 1 }, undefined])
    expect((await projectionStates(db)).find(({ name }) => name === target.name)).toMatchObject({ version: 1, position: { epoch: 2, sequence: 2 } })
    after.stop.abort()
    await after.done
    const queries: string[] = []
    const again = start(life, target, { ...db, query: (sql, values) => (queries.push(sql), db.query(sql, values)) })
    await again.reaches(2)
    expect(queries.filter((sql) => sql.startsWith('update'))).toEqual([])
  })

  it('makes rows anew that say the right epoch and stand beyond the end of the log', async () => {
    const it = bench()
    await it.set('mug', 1)
    await it.set('mug', 2)
    await it.set('never restored', 3)
    const target = table('inventory_beyond')
    const before = start(it, target)
    await before.reaches(3)
    before.stop.abort()
    await before.done
    const after = start(restored(it, 1, 2), target)
    await after.reaches(2)
    expect(await after.read('mug')).toEqual({ buffer: 2, version: 1 })
  })
})

describe('the source of a rebuild', () => {
  const collect = async (it: Bench, after: number) => {
    const batches: { events: number; upTo: number }[] = []
    const options = { log: it.log, codec: it.codec, service: 'inventory', signal: new AbortController().signal }
    for await (const { events, upTo } of sourceOf(options, table('inventory_source'), after)) batches.push({ events: events.length, upTo: upTo.sequence })
    return batches
  }

  it('ends where the log ended, whether the last events concern it or not', async () => {
    const it = bench()
    await it.set('mug', 1)
    expect(await collect(it, 0)).toEqual([{ events: 1, upTo: 1 }])
    await it.ask('nothing of it')
    expect(await collect(it, 0)).toEqual([{ events: 1, upTo: 1 }, { events: 0, upTo: 2 }])
    expect(await collect(it, 1)).toEqual([{ events: 0, upTo: 2 }])
    expect(await collect(it, 2)).toEqual([])
  })

  it('brings the rows to the end of the log', async () => {
    const it = bench()
    await it.set('mug', 7)
    await it.ask('nothing of it')
    const options = { log: it.log, codec: it.codec, db, service: 'inventory', signal: new AbortController().signal }
    const position = await rebuildProjection(options, table('inventory_whole'))
    expect(position).toEqual({ epoch: 1, sequence: 2 })
  })
})
