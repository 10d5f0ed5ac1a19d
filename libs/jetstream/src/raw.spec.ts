import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventNamed, stockSubject } from '../test/events.ts'
import { startTestServer, type TestServer } from '../test/server.ts'
import { watchLink } from './link.ts'
import type { JetStream } from './open.ts'
import { inboxPrefixOf } from './permissions.ts'
import { readRaw, type RawMessage, type RawRange } from './raw.ts'
import { watchSegments } from './segments.ts'

const LAST = 2_500
const { signal } = new AbortController()

describe('the log as it is stored', () => {
  let server: TestServer
  let js: JetStream
  beforeAll(async () => {
    server = await startTestServer()
    js = await server.open()
    for (let n = 1; n <= LAST; n += 500) {
      await Promise.all(Array.from({ length: 500 }, (_, index) =>
        js.log.append({ subject: stockSubject(`item=20${(n + index) % 40}`), events: [eventNamed(`raw ${n + index}`, { n: n + index, text: 'ü' })] })))
    }
  }, 60_000)
  afterAll(() => server.stop())

  const read = async (range: Omit<RawRange, 'signal'>, user?: string): Promise<RawMessage[]> => {
    const found: RawMessage[] = []
    const from = user === undefined ? js : await server.open(user)
    for await (const batch of from.readRaw({ ...range, signal })) found.push(...batch)
    return found
  }
  const sequences = (messages: readonly RawMessage[]): number[] => messages.map(({ sequence }) => sequence)
  const upTo = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)

  it('is read from its first to its last message, by a user who may only read', async () => {
    expect(sequences(await read({ from: 1, to: LAST }, 'cli'))).toEqual(upTo(1, LAST))
  })

  it('is read in part, and reading ends where the log does', async () => {
    expect(sequences(await read({ from: 1_200, to: 1_207 }))).toEqual(upTo(1_200, 1_207))
    expect(sequences(await read({ from: LAST - 1, to: LAST + 100 }))).toEqual([LAST - 1, LAST])
    expect(await read({ from: LAST + 1, to: LAST + 100 })).toEqual([])
    expect(await read({ from: 7, to: 6 })).toEqual([])
  })

  /** Reads over a connection on which the first so many readers are told, while they are opened, that it broke, and get no answer. */
  const readInterrupted = async (times: number): Promise<number[]> => {
    const nc = await server.connect('cli')
    const link = watchLink(nc)
    const listeners = new Set<(status: string) => void>()
    let left = times
    const request: typeof nc.request = (subject, body, options) => {
      const [reader] = listeners
      if (!subject.includes('CONSUMER.CREATE') || left === 0 || reader === undefined) return nc.request(subject, body, options)
      left -= 1
      listeners.clear()
      reader('disconnect')
      return new Promise(() => undefined)
    }
    const breaking = new Proxy(nc, { get: (target, name) => {
      const found: unknown = Reflect.get(target, name)
      if (name === 'request') return request
      return typeof found === 'function' ? found.bind(target) : found
    } })
    const told = { ...link, onStatus: (listener: (status: string) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    } }
    const found: RawMessage[] = []
    const tools = { nc: breaking, link: told, inboxPrefix: inboxPrefixOf('cli') }
    for await (const batch of readRaw(tools, watchSegments({ nc, link }), { from: 1, to: LAST, signal })) found.push(...batch)
    return sequences(found)
  }

  it('is read although the reading is interrupted while it begins, and is never taken for empty', async () => {
    expect(await readInterrupted(1)).toEqual(upTo(1, LAST))
    await expect(readInterrupted(9)).rejects.toThrow('reading the log stopped at #1')
  })

  it('has its header block and its body byte for byte', async () => {
    const [one] = await read({ from: 3, to: 3 })
    const stored = await js.log.at(3)
    const block = Buffer.from(one?.headers ?? []).toString()
    expect(one?.subject).toBe(stored?.subject)
    expect(block).toMatch(/^NATS\/1\.0\r\nce-specversion: 1\.0\r\n(?:[^\r\n]+\r\n)+\r\n$/)
    expect(block).toContain(`\r\nce-id: ${stored?.envelope.id}\r\n`)
    expect(Buffer.from(one?.body ?? []).toString()).toBe(JSON.stringify(stored?.data))
  })

  it('shows what the server can no longer read as a gap, and all of the rest', async () => {
    const folder = join(server.folder, 'nats', 'jetstream', '$G', 'streams', 'ZYRA', 'msgs')
    const block = join(folder, readdirSync(folder).find((name) => name.endsWith('.blk')) ?? '')
    const bytes = readFileSync(block)
    const at = bytes.indexOf('"n":1700,')
    bytes[at + 4] = '2'.charCodeAt(0)
    writeFileSync(block, bytes)
    // Stopped in order it trusts its index and reads on; after a kill it would look through the block and cut it off at the first bad message.
    await server.restart()
    const found = sequences(await read({ from: 1, to: LAST }, 'cli'))
    const missing = upTo(1, LAST).filter((sequence) => !found.includes(sequence))
    expect(at).toBeGreaterThan(0)
    expect(missing).toEqual([1_700])
  }, 30_000)
})
