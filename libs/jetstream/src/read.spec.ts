import { eventNamed, stockSubject, until } from '../test/events.ts'
import { startTestServer, type TestServer } from '../test/server.ts'
import { watchLink } from './link.ts'
import { LogUnavailable } from './log.ts'
import type { JetStream } from './open.ts'
import { inboxPrefixOf } from './permissions.ts'
import { createReader } from './read.ts'
import { createSealedHeads } from './sealed-heads.ts'
import { watchSegments } from './segments.ts'

describe('reading the log', () => {
  let server: TestServer
  let js: JetStream
  beforeAll(async () => {
    server = await startTestServer()
    js = await server.open()
    const append = (count: number, name: string, subjectOf: (index: number) => string) =>
      Promise.all(Array.from({ length: count }, (_, index) => js.log.append({ subject: subjectOf(index), events: [eventNamed(`${name} ${index}`)] })))
    await Promise.all([append(1_203, 'long', () => stockSubject('long')), append(1_500, 'wide', (index) => stockSubject(`wide-${index}`))])
    await append(700, 'item', (index) => `zyra.demo.inventory.item.${index}`)
  }, 60_000)
  afterAll(() => server.stop())

  it('loads every event of one aggregate in order, beyond one page', async () => {
    const events = await js.log.load(stockSubject('long'))
    expect(events).toHaveLength(1_203)
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map(({ sequence }) => sequence).toSorted((a, b) => a - b))
    expect(new Set(events.map(({ envelope }) => envelope.id)).size).toBe(1_203)
    expect(new Set(events.map(({ subject }) => subject))).toEqual(new Set([stockSubject('long')]))
  })

  it('loads from a sequence on, that one included', async () => {
    const all = await js.log.load(stockSubject('long'))
    const from = all[700]?.sequence ?? 0
    expect(await js.log.load(stockSubject('long'), from)).toEqual(all.slice(700))
    expect(await js.log.load(stockSubject('long'), from + 1)).toEqual(all.slice(701))
  })

  it('finds nothing where there is nothing', async () => {
    expect(await js.log.load(stockSubject('unheard-of'))).toEqual([])
    expect(await js.log.load(stockSubject('long'), 1_000_000)).toEqual([])
    expect(await js.log.lastOf(['zyra.*.inventory.nothing.*'])).toEqual([])
    expect(await js.log.at(1_000_000)).toBeUndefined()
  })

  it.each([
    ['beyond one page', 'item', 700], ['beyond what the server answers at once', 'stock', 1_501],
  ])('gives the last event of every subject, %s', async (_, aggregate, count) => {
    const events = await js.log.lastOf([`zyra.*.inventory.${aggregate}.*`])
    expect(events).toHaveLength(count)
    expect(new Set(events.map(({ subject }) => subject)).size).toBe(count)
    const long = (await js.log.load(stockSubject('long'))).at(-1)
    if (aggregate === 'stock') expect(events.find(({ subject }) => subject === stockSubject('long'))).toEqual(long)
  })

  it('gives the last event of several filters', async () => {
    const events = await js.log.lastOf([stockSubject('wide-3'), stockSubject('wide-4'), 'zyra.*.inventory.item.5'])
    expect(events.map(({ subject }) => subject).toSorted()).toEqual(['zyra.demo.inventory.item.5', stockSubject('wide-3'), stockSubject('wide-4')])
  })

  it('gives one event by its sequence, and the newest sequence', async () => {
    expect((await js.log.at(17))?.sequence).toBe(17)
    expect(await js.log.lastSequence()).toBe(1_203 + 1_500 + 700)
  })

  it('leaves no subscription behind', async () => {
    const nc = await server.connect()
    const tools = { nc, link: watchLink(nc), inboxPrefix: inboxPrefixOf('inventory') }
    const reader = createReader({ ...tools, segments: watchSegments(tools), heads: createSealedHeads(tools), replicated: false })
    // The client library's own count: it is told nowhere else.
    const subscriptions = (): number => Reflect.get(Reflect.get(nc, 'protocol'), 'subscriptions').size()
    await reader.load(stockSubject('wide-1'))
    const before = subscriptions()
    for (let round = 0; round < 200; round += 1) {
      await reader.load(stockSubject(`wide-${round}`))
      if (round % 40 === 0) await reader.lastOf(['zyra.*.inventory.stock.*'])
    }
    await until('all subscriptions are gone', () => subscriptions() === before)
    expect(before).toBeGreaterThan(0)
  })

  it('says that the log is unavailable while the server is away, and goes on when it is back', async () => {
    await server.kill()
    await Promise.all([
      expect(js.log.load(stockSubject('long'))).rejects.toThrow(LogUnavailable),
      expect(js.log.lastOf(['zyra.>'])).rejects.toThrow(LogUnavailable),
      expect(js.log.lastSequence()).rejects.toThrow(LogUnavailable),
    ])
    await server.restart()
    await until('it can be read again', () => js.log.load(stockSubject('long')).then((events) => events.length === 1_203, () => false))
  }, 20_000)
})
