import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { query } from '../test/postgres-client.ts'
import { temporaryFolder } from '../test/temporary.ts'
import type { LocalServer } from './local-server.ts'
import { readPostgresUrl, startPostgres } from './postgres.ts'
import { removeStaleLock } from './postgres-files.ts'

describe('a local Postgres server', () => {
  const folder = temporaryFolder()
  const lines: string[] = []
  let server: LocalServer

  beforeAll(async () => {
    server = await startPostgres({ dir: folder.path, onLine: (line) => lines.push(line) })
  }, 60_000)

  afterAll(async () => {
    await server.stop()
    folder.remove()
  })

  it('has a database of its own, sorted by a locale that no system update changes', async () => {
    const sql = 'SELECT datname, datlocprovider, datlocale FROM pg_database WHERE datname = current_database()'
    expect(await query(server.url, sql)).toEqual([['zyra', 'b', 'C.UTF-8']])
  })

  it('refuses a wrong password', async () => {
    const url = new URL(server.url)
    url.password = 'guess'
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/)
  })

  it('keeps its password in a file that only its owner may read', () => {
    expect(statSync(join(folder.path, 'secrets', 'postgres.password')).mode & 0o777).toBe(0o600)
    expect(readPostgresUrl(folder.path, server.port)).toBe(server.url)
    expect(statSync(join(folder.path, 'postgres', 'data')).mode & 0o777).toBe(0o700)
  })

  it('keeps what it committed through kill -9, on the same port', async () => {
    await query(server.url, 'CREATE TABLE stock (sku text, amount int)')
    await query(server.url, 'INSERT INTO stock VALUES (\'MUG-BLUE\', 4)')
    const { url } = server
    await server.kill()
    expect((await server.exited).problem).toMatch(/Postgres was killed by SIGKILL/)
    await server.restart()
    expect(server.url).toBe(url)
    expect(await query(url, 'SELECT * FROM stock')).toEqual([['MUG-BLUE', '4']])
  }, 30_000)

  it('writes neither statements nor rows into its log', async () => {
    await query(server.url, 'CREATE TABLE people (email text PRIMARY KEY)')
    await query(server.url, 'INSERT INTO people VALUES (\'ann@example.com\')')
    await expect(query(server.url, 'INSERT INTO people VALUES (\'ann@example.com\')')).rejects.toThrow(/duplicate key/)
    await server.restart()
    expect(lines.join('\n')).toContain('duplicate key')
    expect(lines.join('\n')).not.toContain('ann@example.com')
  }, 30_000)

  it('runs beside another one with a folder of its own, and both continue from their own data', async () => {
    const other = temporaryFolder()
    const second = await startPostgres({ dir: other.path })
    expect(await query(second.url, 'SELECT count(*) FROM pg_tables WHERE tablename = \'stock\'')).toEqual([['0']])
    expect(await query(server.url, 'SELECT count(*) FROM pg_tables WHERE tablename = \'stock\'')).toEqual([['1']])
    await second.stop()
    expect((await second.exited).problem).toBeUndefined()
    other.remove()
  }, 30_000)

  it('says that its folder is in use rather than start twice on the same data', async () => {
    await expect(startPostgres({ dir: folder.path })).rejects.toThrow(/already running on .*postgres \(process \d+\): stop it first/)
  })

  it('ignores the lock of a server that a power cut ended, once its pid belongs to another program', async () => {
    await server.stop()
    const lock = join(folder.path, 'postgres', 'data', 'postmaster.pid')
    writeFileSync(lock, `${process.pid}\n${join(folder.path, 'postgres', 'data')}\n`)
    expect(removeStaleLock(join(folder.path, 'postgres', 'data'))).toBe(true)
    await server.restart()
    expect(await query(server.url, 'SELECT amount FROM stock')).toEqual([['4']])
  }, 30_000)
})
