import { eventNamed, stockSubject, until } from '../test/events.ts'
import { startTestServer, type TestServer } from '../test/server.ts'
import { askApi } from './ask.ts'
import { watchLink, type Connection } from './link.ts'
import { sealWhenDue } from './open.ts'
import { closeSegment, sealClosed } from './seal.ts'
import { streamFacts, toSegment } from './segments.ts'
import { segmentStream } from './streams.ts'

describe('sealing a segment', () => {
  let server: TestServer
  let admin: Connection
  beforeEach(async () => {
    server = await startTestServer()
    const nc = await server.connect('admin')
    admin = { nc, link: watchLink(nc) }
  }, 60_000)
  afterEach(() => server.stop())

  const newest = async (number: number) => {
    const facts = await streamFacts(admin, segmentStream(number))
    if (facts === undefined) throw new Error(`there is no segment ${number}`)
    return { facts, segment: toSegment(facts, number, undefined) }
  }
  const steps: readonly (readonly [string, () => Promise<void>])[] = [
    ['closed', async () => closeSegment(admin, await newest(1))],
    ['closed and sealed', async () => {
      await closeSegment(admin, await newest(1))
      await sealClosed(admin, await newest(1))
    }],
  ]

  it.each(steps)('is finished by the next start when it was cut off with the segment %s: what waited lands, once', async (_step, upToHere) => {
    const js = await server.open()
    const subject = stockSubject('cut-off')
    await js.log.append({ subject, expectedSequence: 0, events: [eventNamed('before')] })
    await upToHere()
    const waiting = [
      js.log.append({ subject, expectedSequence: 1, events: [eventNamed('decision')] }),
      js.log.append({ subject: stockSubject('facts'), events: [eventNamed('fact')] }),
      js.log.append({ subject, expectedSequence: 0, events: [eventNamed('before')] }),
    ]
    expect((await js.log.load(subject)).map(({ sequence }) => sequence)).toEqual([1])
    expect(await js.log.lastSequence()).toBe(1)
    await server.kill()
    await server.restart()
    await server.prepare()
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(['appended', 'appended', 'duplicate'])
    expect((await js.log.load(subject)).map(({ data }) => data)).toEqual([{ name: 'before' }, { name: 'decision' }])
    expect((await js.segments()).map(({ state, events }) => [state, events])).toEqual([['sealed', 1], ['open', 2]])
    await server.prepare()
    expect(await js.segments()).toHaveLength(2)
  }, 30_000)

  it('done by two at once is done once', async () => {
    const js = await server.open()
    await js.log.append({ subject: stockSubject('two'), events: [eventNamed('one')] })
    await js.log.append({ subject: stockSubject('two'), events: [eventNamed('two', {}, { time: '2030-01-01T00:00:00.000Z' })] })
    const old = server.optionsFor('admin')
    expect(await Promise.all([sealWhenDue(old), sealWhenDue(old), sealWhenDue(old)])).toContain(true)
    expect((await js.segments()).map(({ stream, state }) => [stream, state])).toEqual([['ZYRA', 'sealed'], ['ZYRA_2', 'open']])
    expect(await sealWhenDue(old)).toBe(false)
  }, 30_000)

  it('is due a year after the first event, by what the events say, whatever the clock does', async () => {
    const js = await server.open()
    const due = () => sealWhenDue(server.optionsFor('admin'))
    const append = (name: string, time: string) => js.log.append({ subject: stockSubject('due'), events: [eventNamed(name, {}, { time })] })
    expect(await due()).toBe(false)
    await append('first', '2016-11-20T08:00:00.000Z')
    expect(await due()).toBe(false)
    await append('a year later', '2017-11-20T08:00:00.000Z')
    expect(await due()).toBe(false)
    await append('a moment later', '2017-11-20T08:00:00.001Z')
    expect(await due()).toBe(true)
    expect(await js.segments()).toHaveLength(2)
  }, 30_000)

  it('makes the next segment as the one before it, and lets nobody change what is sealed', async () => {
    const js = await server.open()
    await js.log.append({ subject: stockSubject('same'), events: [eventNamed('same')] })
    const { config: before } = (await newest(1)).facts
    await server.seal()
    const { config: after } = (await newest(2)).facts
    expect(after).toEqual({ ...before, name: 'ZYRA_2', first_seq: 2, metadata: expect.objectContaining({ 'zyra.epoch': '1' }) })
    expect((await newest(1)).facts.config).toMatchObject({ sealed: true, subjects: ['sealed.ZYRA.>'], deny_delete: true, deny_purge: true })
    await expect(askApi(admin, 'STREAM.PURGE.ZYRA', undefined)).rejects.toThrow(/sealed/)
    await expect(askApi(admin, 'STREAM.MSG.DELETE.ZYRA', { seq: 1 })).rejects.toThrow(/sealed/)
    await expect(askApi(admin, 'STREAM.UPDATE.ZYRA', { ...before, sealed: false })).rejects.toThrow(/unseal/)
  }, 30_000)

  it('lets no service near it, nor near the next segment\'s stream', async () => {
    const js = await server.open()
    await js.log.append({ subject: stockSubject('rights'), events: [eventNamed('rights')] })
    await server.seal()
    const nc = await server.connect('inventory')
    const inventory = { nc, link: watchLink(nc) }
    const own = { durable_name: 'inventory-policy', name: 'inventory-policy', ack_policy: 'explicit' }
    for (const [api, body] of [
      ['STREAM.UPDATE.ZYRA_2', {}], ['STREAM.DELETE.ZYRA_2', undefined], ['STREAM.PURGE.ZYRA_2', undefined], ['STREAM.CREATE.ZYRA_3', {}],
      ['CONSUMER.RESET.ZYRA_2.gateway-policy', undefined], ['CONSUMER.MSG.NEXT.ZYRA_2.gateway-policy', { batch: 1 }],
      ['CONSUMER.CREATE.ZYRA_KEYS', { stream_name: 'ZYRA_KEYS', config: {} }],
      ['CONSUMER.CREATE.ZYRA_TIMERS.inventory-policy', { stream_name: 'ZYRA_TIMERS', config: own }],
      ['STREAM.INFO.ZYRA_PROBES', undefined],
    ] as const) {
      await expect(askApi(inventory, api, body)).rejects.toThrow(/not allowed with these credentials/)
    }
    const ours = askApi(inventory, 'CONSUMER.CREATE.ZYRA_2.inventory-policy', { stream_name: 'ZYRA_2', config: own })
    expect(await ours).toMatchObject({ name: 'inventory-policy' })
  }, 30_000)

  it('is noticed by whoever reads, before the next segment has its first event', async () => {
    const [js, other] = [await server.open(), await server.open()]
    await js.log.append({ subject: stockSubject('noticed'), events: [eventNamed('noticed 0')] })
    const missed: number[] = []
    let landed = 1
    let stopping = false
    const look = async (): Promise<void> => {
      while (!stopping) {
        const known = landed
        const events = await other.log.load(stockSubject('noticed'))
        if (events.length < known) missed.push(known)
      }
    }
    const looking = look()
    let sealed = false
    const seal = async (): Promise<void> => {
      await server.seal()
      sealed = true
    }
    const sealing = seal()
    let left = 50
    const write = async (): Promise<boolean> => {
      await js.log.append({ subject: stockSubject('noticed'), events: [eventNamed(`noticed ${landed}`)] })
      landed += 1
      left -= sealed ? 1 : 0
      return left === 0
    }
    await until('the next segment has taken events for a while', write, 25_000)
    stopping = true
    await Promise.all([looking, sealing])
    expect(missed).toEqual([])
  }, 60_000)
})
