import { openTestConsumer } from '../test/consumer.ts'
import { eventNamed, stockSubject, until } from '../test/events.ts'
import { startTestServer, type TestServer } from '../test/server.ts'
import { LogRefused, LogUnavailable } from './log.ts'
import { sealOpenSegment } from './open.ts'
import { openStreamCopier, type StreamCopier, type StreamFacts } from './stream-copy.ts'

const never = new AbortController().signal

/** So much fills several blocks of the server's files. */
const MANY = 10_000
const LARGE = 'x'.repeat(2_500)

async function* each(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

describe('copying streams', () => {
  let source: TestServer
  let target: TestServer
  let from: StreamCopier
  let to: StreamCopier
  beforeAll(async () => {
    [source, target] = await Promise.all([startTestServer(), startTestServer({ empty: true })])
    ;[from, to] = await Promise.all([openStreamCopier(source.optionsFor('admin')), openStreamCopier(target.optionsFor('admin'))])
  }, 60_000)
  afterAll(async () => {
    await Promise.all([from.close(), to.close()])
    await Promise.all([source.stop(), target.stop()])
  })

  const take = async (stream: string): Promise<{ readonly facts: StreamFacts; readonly chunks: readonly Uint8Array[] }> => {
    const chunks: Uint8Array[] = []
    const facts = await from.take(stream, async (chunk) => void chunks.push(chunk.slice()), never)
    return { facts, chunks }
  }

  it('takes and puts back what everything is kept in', async () => {
    const names = (await from.streams()).map(({ name, epoch }) => [name, epoch])
    expect(names).toEqual([['ZYRA', 1], ['ZYRA_TIMERS', undefined], ['ZYRA_KEYS', undefined]])
  })

  it('takes a log that goes on meanwhile: nothing acknowledged before is missing, nothing is torn, and it goes on in a new epoch', async () => {
    const js = await source.open()
    const append = (n: number) => js.log.append({ subject: stockSubject(n % 50), events: [eventNamed(`copy ${n}`, { n, LARGE })] })
    for (let n = 1; n <= MANY; n += 500) await Promise.all(Array.from({ length: 500 }, (_, more) => append(n + more)))
    const acknowledged = await js.log.lastSequence()

    const stopped = new AbortController()
    const load = (async () => {
      for (let n = MANY + 1; !stopped.signal.aborted; n += 100) await Promise.all(Array.from({ length: 100 }, (_, more) => append(n + more)))
    })()
    const { facts, chunks } = await take('ZYRA')
    stopped.abort()
    await load
    expect(facts.lastSequence).toBeGreaterThanOrEqual(acknowledged)

    const restored = await to.put(facts, each(chunks), 7)
    expect(restored).toMatchObject({ name: 'ZYRA', epoch: 7 })
    expect(restored.lastSequence).toBeGreaterThanOrEqual(facts.lastSequence)
    await target.restart()
    const copy = await target.open()
    expect(copy.log.epoch).toBe(7)
    const [wanted, found]: [string[], string[]] = [[], []]
    for (const [{ log }, ids] of [[js, wanted], [copy, found]] as const) {
      for await (const { events, upTo } of log.follow({ filters: ['zyra.>'], fromSequence: 1, signal: never })) {
        ids.push(...events.map(({ sequence, envelope }) => `${sequence} ${envelope.id}`))
        if (upTo >= restored.lastSequence) break
      }
    }
    expect(found.length).toBeGreaterThanOrEqual(acknowledged)
    expect(found).toEqual(wanted.slice(0, found.length))

    const appended = await copy.log.append({ subject: stockSubject(1), events: [eventNamed('after the restore')] })
    expect(appended).toEqual({ status: 'appended', sequences: [restored.lastSequence + 1] })
    expect((await copy.log.at(restored.lastSequence + 1))?.envelope.epoch).toBe(7)
    expect((await copy.log.at(1))?.envelope.epoch).toBe(1)
    expect(await copy.log.append({ subject: stockSubject(1), events: [eventNamed('copy 1')] })).toEqual({ status: 'duplicate' })
    const { config } = (await to.streams()).find(({ name }) => name === 'ZYRA') ?? {}
    expect(config).toMatchObject({ deny_delete: true, deny_purge: true })
    console.info({ acknowledged, atBegin: facts.lastSequence, restored: restored.lastSequence, chunks: chunks.length })
  }, 60_000)

  it('brings keys back, those that were deleted before not', async () => {
    const { keys } = await source.open('gateway')
    await keys.create('keys.a', Buffer.from('one'))
    await keys.create('keys.b', Buffer.from('two'))
    await keys.delete('keys.a')
    const { facts, chunks } = await take('ZYRA_KEYS')
    await keys.delete('keys.b')
    await to.put(facts, each(chunks))
    const restored = (await target.open('gateway')).keys
    expect(await restored.get('keys.a')).toBeUndefined()
    expect(Buffer.from((await restored.get('keys.b')) ?? []).toString()).toBe('two')
    await restored.delete('keys.b')
    expect(await restored.list('')).toEqual([])
  })

  it('brings timers back: one that fell due meanwhile fires at once, one that is to come at its time', async () => {
    const js = await source.open()
    const soon = new Date(Date.now() + 1_500).toISOString()
    const later = new Date(Date.now() + 4_000).toISOString()
    await js.setTimer({ merchant: 'demo', service: 'inventory', timer: 'missed', at: soon })
    await js.setTimer({ merchant: 'demo', service: 'inventory', timer: 'to come', at: later })
    const { facts, chunks } = await take('ZYRA_TIMERS')
    await until('the first is missed', () => Date.now() > Date.parse(soon) + 200)
    await to.put(facts, each(chunks))
    const fired: string[] = []
    const copy = await target.open()
    const carrier = await copy.carryTimers({
      service: 'inventory', leaseMs: 1_000, onProblem: (problem) => fired.push(problem), onDue: async ({ timer }) => void fired.push(timer),
    })
    await until('the first fires', () => fired.length > 0)
    expect(fired).toEqual(['missed'])
    await until('the second fires', () => fired.length > 1)
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(later))
    expect(fired).toEqual(['missed', 'to come'])
    await carrier.close()
  }, 30_000)

  it('brings a durable consumer back to what was done with, so that the rest is delivered and nothing is passed over', async () => {
    const consumer = await openTestConsumer(source, { leaseMs: 600, ackAll: true })
    await until('everything is done with', async () => {
      const { pending, inFlight } = await consumer.state()
      return pending + inFlight === 0
    })
    await consumer.flush()
    await consumer.close()
    const [durable] = await from.durables('ZYRA')
    if (durable === undefined) throw new Error('there is no durable')
    expect(durable).toMatchObject({ stream: 'ZYRA', name: 'inventory-policy' })
    const end = await (await target.open()).log.lastSequence()
    expect(durable.ackFloor).toBeGreaterThan(end)
    await to.putDurable({ ...durable, ackFloor: end - 2 })
    const restored = await openTestConsumer(target, { leaseMs: 600, ackAll: true })
    await until('it delivers', () => restored.sequences().length >= 2)
    expect(restored.sequences()).toEqual([end - 1, end])
    await restored.close()
  }, 30_000)

  it('brings a chain of segments back: the sealed ones sealed, the newest going on, all in the new epoch', async () => {
    const [chained, empty] = await Promise.all([startTestServer(), startTestServer({ empty: true })])
    const [out, into] = [await openStreamCopier(chained.optionsFor('admin')), await openStreamCopier(empty.optionsFor('admin'))]
    try {
      const { log } = await chained.open()
      for (const n of [1, 2, 3]) await log.append({ subject: stockSubject(n), events: [eventNamed(`chain ${n}`)] })
      expect(await sealOpenSegment({ ...chained.optionsFor('admin'), number: 1 })).toBe(true)
      await log.append({ subject: stockSubject(4), events: [eventNamed('chain 4')] })
      for (const stream of (await out.streams()).filter(({ epoch }) => epoch !== undefined).toReversed()) {
        const chunks: Uint8Array[] = []
        await out.take(stream.name, async (chunk) => void chunks.push(chunk.slice()), never)
        await into.put(stream, each(chunks), 5)
      }
      const copy = (await empty.open()).log
      expect(copy.epoch).toBe(5)
      expect(await copy.lastSequence()).toBe(4)
      expect((await copy.at(2))?.envelope.id).toBe((await log.at(2))?.envelope.id)
      const next = { subject: stockSubject(1), events: [eventNamed('chain 5')], expectedSequence: 1 }
      expect(await copy.append(next)).toEqual({ status: 'appended', sequences: [5] })
      const sealed = (await into.streams()).map(({ name, epoch, config }) => [name, epoch, config['sealed']])
      expect(sealed).toEqual([['ZYRA', 5, true], ['ZYRA_2', 5, false]])
    } finally {
      await Promise.all([out.close(), into.close()])
      await Promise.all([chained.stop(), empty.stop()])
    }
  }, 60_000)

  it('says so when it is stopped, when the copy is cut short, and when the stream is there already', async () => {
    const stop = new AbortController()
    await expect(from.take('ZYRA', async () => stop.abort(), stop.signal)).rejects.toThrow(LogUnavailable)
    const { facts, chunks } = await take('ZYRA_KEYS')
    await expect(to.put(facts, each(chunks))).rejects.toThrow(LogRefused)
    const other = { name: 'ZYRA_OTHER', config: { ...facts.config, name: 'ZYRA_OTHER', subjects: ['other.>'] } }
    await expect(to.put(other, each(chunks.map((chunk) => chunk.subarray(0, 40))))).rejects.toThrow(/restoring stream ZYRA_OTHER/)
    expect((await to.streams()).map(({ name }) => name)).not.toContain('ZYRA_OTHER')
  }, 30_000)
})
