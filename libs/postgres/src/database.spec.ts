import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { at, named, sold, stock } from '../test/stock.ts'
import { startSpecServer } from '../test/server.ts'
import type { SpecServer } from '../test/server.ts'
import { openPostgres } from './database.ts'
import { isTransient, PostgresError } from './errors.ts'
import { projector } from './projector.ts'
import { rows } from './rows.ts'

let server: SpecServer

beforeAll(async () => {
  server = await startSpecServer()
}, 60_000)

afterAll(async () => {
  await server.stop()
}, 60_000)

const failureOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined, (error: unknown) => error)

/** Tries again as the runtime does, for as long as the error says that this may help. */
const persistently = async <T>(work: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isTransient(error)) throw error
      await new Promise(setImmediate)
    }
  }
}

describe('opening Postgres', () => {
  it('runs its migrations once when many open an empty database at once', async () => {
    const url = await server.emptyDatabase('many')
    const opened = await Promise.all(Array.from({ length: 6 }, () => openPostgres({ url, poolSize: 2 })))
    const [first] = opened
    expect(await first?.query('select name from zyra.migrations')).toEqual([{ name: 'CreateCheckpoints1763596800000' }])
    await first?.ready()
    await Promise.all(opened.map((db) => db.close()))
  })

  it.each([
    ['a port where nobody listens', (url: URL) => (url.port = '1'), 'ECONNREFUSED', true],
    ['a wrong password', (url: URL) => (url.password = 'wrong-secret'), '28P01', false],
    ['a database that does not exist', (url: URL) => (url.pathname = 'nowhere'), '3D000', false],
  ])('says what to do about %s, without the password', async (_, spoil, code, transient) => {
    const url = new URL(server.url)
    spoil(url)
    const error = await failureOf(openPostgres({ url: url.href }))
    expect(error).toBeInstanceOf(PostgresError)
    expect(error).toMatchObject({ code, transient, message: expect.stringContaining('DATABASE_URL') })
    expect(JSON.stringify(error) + String(error)).not.toContain(url.password)
  })
})

describe('a failed statement', () => {
  it('carries neither its text nor its values', async () => {
    const db = await openPostgres({ url: server.url })
    const error = await failureOf(db.query('select nothing_of_this from zyra.nowhere where $1 = $1', ['ann@example.com']))
    expect(error).toMatchObject({ code: '42P01', transient: false })
    expect(Object.values(error as PostgresError).join() + (error as PostgresError).message).not.toMatch(/ann@example|nothing_of_this/)
    await db.close()
  })

  it('undoes its transaction and leaves the connection usable', async () => {
    const db = await openPostgres({ url: server.url, poolSize: 1 })
    await db.query('create table zyra.undone (id int primary key)')
    const error = await failureOf(db.transaction(async (query) => {
      await query('insert into zyra.undone values (1)')
      await query('insert into zyra.undone values (1)')
    }))
    expect(error).toMatchObject({ code: '23505', transient: false })
    expect(await db.query('select count(*)::int as rows from zyra.undone')).toEqual([{ rows: 0 }])
    await db.close()
  })
})

/** A way to Postgres that can stop carrying anything in either direction, as a pulled cable does. */
const cable = async () => {
  const { hostname, port } = new URL(server.url)
  const sockets = new Set<Socket>()
  const listener = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const socket of [near, far]) sockets.add(socket.on('error', () => socket.destroy()))
    near.on('data', (data) => far.write(data)).on('close', () => far.destroy())
    far.on('data', (data) => near.write(data)).on('close', () => near.destroy())
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const url = new URL(server.url)
  url.port = String((listener.address() as AddressInfo).port)
  return {
    url: url.href,
    pull: () => sockets.forEach((socket) => socket.pause()),
    plugIn: () => sockets.forEach((socket) => socket.resume()),
    close: () => listener.close(),
  }
}

describe('a Postgres that does not answer', () => {
  it('is not ready, and is ready again when it does', async () => {
    const way = await cable()
    const db = await openPostgres({ url: way.url })
    await db.ready()
    way.pull()
    expect(await failureOf(db.ready())).toMatchObject({ code: 'ETIMEDOUT', transient: true, message: expect.stringContaining('2000 ms') })
    way.plugIn()
    await db.ready()
    await db.close()
    way.close()
  })
})

describe('a Postgres that is killed and comes back', () => {
  it('is gone on with, and every batch is applied once', async () => {
    const db = await openPostgres({ url: server.url })
    const projecting = projector(db, stock('shop_killed'))
    await projecting.position()
    await projecting.apply([named(1, 'mug', 'BLUE')], at(1))

    let applied = 1
    const until = (sequence: number) => async () => {
      while (applied < sequence) {
        await persistently(() => projecting.apply([sold(applied + 1, 'mug', 1)], at(applied + 1)))
        applied += 1
      }
    }
    for (const round of [1, 2, 3]) {
      const running = until(applied + 200)()
      while (applied < 20 + (round - 1) * 200) await new Promise(setImmediate)
      await server.kill()
      expect(await failureOf(db.ready())).toMatchObject({ transient: true })
      await server.restart()
      await running
    }
    await db.ready()
    expect(await rows(db, stock('shop_killed')).get('demo', 'mug')).toMatchObject({ found: { row: { sold: 600 } }, currentTo: at(601) })
    expect((await rows(db, stock('shop_killed')).history('demo', 'mug')).found).toHaveLength(601)
    await db.close()
  }, 120_000)

  it('is told of for connections that nobody used, and may be closed while it is gone', async () => {
    const lost = Promise.withResolvers<PostgresError>()
    const db = await openPostgres({ url: server.url, onConnectionLost: lost.resolve })
    await db.ready()
    await server.kill()
    expect(await lost.promise).toMatchObject({ transient: true })
    await db.close()
    await server.restart()
  }, 60_000)

  it('fails a transaction that it was killed in, as transient, with nothing of it left', async () => {
    const db = await openPostgres({ url: server.url })
    await db.query('create table zyra.half (id int)')
    const error = await failureOf(db.transaction(async (query) => {
      await query('insert into zyra.half values (1)')
      await server.kill()
      await query('insert into zyra.half values (2)')
    }))
    expect(error).toMatchObject({ transient: true })
    await server.restart()
    expect(await persistently(() => db.query('select * from zyra.half'))).toEqual([])
    await db.close()
  }, 60_000)
})
