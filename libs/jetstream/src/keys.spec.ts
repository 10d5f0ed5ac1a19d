import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startTestServer, type TestServer } from '../test/server.ts'
import { LogRefused, LogUnavailable } from './log.ts'
import type { JetStream } from './open.ts'

const bytes = (fill: string): Uint8Array => new Uint8Array(Buffer.from(fill.repeat(8)))

describe('the key store', () => {
  let server: TestServer
  let js: JetStream
  beforeAll(async () => {
    server = await startTestServer()
    js = await server.open('gateway')
  }, 60_000)
  afterAll(() => server.stop())

  const filesWith = (value: Uint8Array): string[] =>
    readdirSync(join(server.folder, 'nats'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => readFileSync(file).includes(Buffer.from(value)))

  it('gives back what was put in, and undefined for what was not', async () => {
    const value = new Uint8Array([0, 255, 13, 10, 128])
    expect(await js.keys.create('demo.customer.1', value)).toBe('created')
    expect(await js.keys.get('demo.customer.1')).toEqual(value)
    expect(await js.keys.get('demo.customer.2')).toBeUndefined()
  })

  it('lets one of many be the first, and all of them see its key', async () => {
    const connections = [js, await server.open('gateway'), await server.open('orchestrator')]
    const create = (index: number) => (connections[index % 3] ?? js).keys.create('demo.race', bytes(`key ${index} `))
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => create(index)))
    expect(answers.filter((answer) => answer === 'created')).toHaveLength(1)
    expect(answers.filter((answer) => answer === 'exists')).toHaveLength(19)
    const first = bytes(`key ${answers.indexOf('created')} `)
    expect(await Promise.all(connections.map(({ keys }) => keys.get('demo.race')))).toEqual([first, first, first])
  })

  it('destroys a key: it is in no file afterwards', async () => {
    const [secret, other] = [bytes('to be destroyed '), bytes('to be kept ')]
    await js.keys.create('demo.erase', secret)
    await js.keys.create('demo.keep', other)
    expect(filesWith(secret)).not.toEqual([])
    await js.keys.delete('demo.erase')
    expect(await js.keys.get('demo.erase')).toBeUndefined()
    expect(filesWith(secret)).toEqual([])
    expect(filesWith(other)).not.toEqual([])
    await server.restart()
    expect(await (await server.open('gateway')).keys.get('demo.erase')).toBeUndefined()
    expect(filesWith(secret)).toEqual([])
  }, 20_000)

  it('does not mind a key being destroyed twice, and takes a new one of its name', async () => {
    await Promise.all([js.keys.delete('demo.keep'), js.keys.delete('demo.keep'), js.keys.delete('demo.never')])
    expect(await js.keys.create('demo.keep', bytes('new '))).toBe('created')
    expect(await js.keys.get('demo.keep')).toEqual(bytes('new '))
  })

  it('lists the names that start with a prefix', async () => {
    for (const id of ['list.a', 'list.b.c', 'lists.d']) await js.keys.create(id, bytes(id))
    expect((await js.keys.list('list.')).toSorted()).toEqual(['list.a', 'list.b.c'])
    expect(await js.keys.list('')).toEqual(expect.arrayContaining(['list.a', 'lists.d', 'demo.race']))
    expect(await js.keys.list('nothing.')).toEqual([])
  })

  it.each(['', '*', '>', 'a b', 'a..b', '.a'])('refuses "%s" as a name', async (id) => {
    await expect(js.keys.get(id)).rejects.toThrow(RangeError)
    await expect(js.keys.create(id, bytes('x'))).rejects.toThrow(RangeError)
  })

  it('refuses a name that is too long for a subject, and knows none, rather than be hung up on', async () => {
    await expect(js.keys.create('x'.repeat(5_000), bytes('x'))).rejects.toThrow(LogRefused)
    expect(await js.keys.get('x'.repeat(5_000))).toBeUndefined()
    expect(js.connected()).toBe(true)
  })

  it('says that it is unavailable while the server is away', async () => {
    await server.kill()
    const from = performance.now()
    await Promise.all([
      expect(js.keys.get('demo.race')).rejects.toThrow(LogUnavailable),
      expect(js.keys.create('demo.away', bytes('x'))).rejects.toThrow(LogUnavailable),
      expect(js.keys.delete('demo.race')).rejects.toThrow(LogUnavailable),
    ])
    expect(performance.now() - from).toBeLessThan(2_500)
    await server.restart()
  }, 20_000)
})
