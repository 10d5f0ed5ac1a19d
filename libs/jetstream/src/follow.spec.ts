import { jetstreamManager } from '@nats-io/jetstream'
import { eventNamed, seeded, stockSubject, until } from '../test/events.ts'
import { startTestServer, type TestServer } from '../test/server.ts'
import type { EventBatch } from './log.ts'
import type { JetStream } from './open.ts'

describe('following the log', () => {
  let server: TestServer
  let js: JetStream
  beforeAll(async () => {
    server = await startTestServer()
    js = await server.open()
    await append('backlog', 3_000)
  }, 60_000)
  afterAll(() => server.stop())

  const append = (name: string, count: number) =>
    Promise.all(Array.from({ length: count }, (_, index) =>
      js.log.append({ subject: stockSubject(index % 50), events: [eventNamed(`${name} ${index}`)] })))

  /** Follows in the background and keeps every batch. */
  const follow = (filters: readonly string[], fromSequence = 1, batchSize?: number) => {
    const done = new AbortController()
    const batches: EventBatch[] = []
    const run = async (): Promise<void> => {
      const options = { filters, fromSequence, signal: done.signal, ...(batchSize === undefined ? {} : { batchSize }) }
      for await (const batch of js.log.follow(options)) batches.push(batch)
    }
    const ended = run()
    const sequences = (): number[] => batches.flatMap(({ events }) => events.map(({ sequence }) => sequence))
    return { batches, sequences, ended, stop: () => done.abort() }
  }

  it('gives the backlog in large batches, then each event as it comes', async () => {
    const { batches, sequences, ended, stop } = follow(['zyra.>'])
    await until('the backlog is read', () => sequences().length === 3_000)
    expect(batches.map(({ events }) => events.length)).toEqual([1_000, 1_000, 1_000])
    expect(batches.map(({ pending }) => pending)).toEqual([2_000, 1_000, 0])
    expect(batches.map(({ upTo }) => upTo)).toEqual([1_000, 2_000, 3_000])
    await js.log.append({ subject: stockSubject('live'), events: [eventNamed('live')] })
    await until('the new event is read', () => sequences().length === 3_001)
    expect(batches.at(-1)).toMatchObject({ upTo: 3_001, pending: 0, events: [{ subject: stockSubject('live') }] })
    stop()
    await ended
  })

  it('gives only what its filters ask for, in the order of the log', async () => {
    const { sequences, batches, ended, stop } = follow([stockSubject(7), stockSubject(9)], 1_000, 10)
    await until('it is read', () => sequences().length === 80)
    expect(new Set(batches.flatMap(({ events }) => events.map(({ subject }) => subject)))).toEqual(new Set([stockSubject(7), stockSubject(9)]))
    expect(sequences()).toEqual([...new Set(sequences())].toSorted((one, other) => one - other))
    expect(sequences()[0]).toBeGreaterThanOrEqual(1_000)
    expect(Math.max(...batches.map(({ events }) => events.length))).toBe(10)
    stop()
    await ended
  })

  it('ends at once when it is told to, although no event ever comes', async () => {
    const { ended, stop } = follow(['zyra.*.inventory.nothing.*'])
    const early = follow(['zyra.*.inventory.nothing.*'])
    early.stop()
    await early.ended
    await until('it waits', async () => (await consumers()) > 0)
    const from = performance.now()
    stop()
    await ended
    expect(performance.now() - from).toBeLessThan(100)
  })

  it('ends when its reader leaves in the middle', async () => {
    const { signal } = new AbortController()
    for await (const { upTo } of js.log.follow({ filters: ['zyra.>'], fromSequence: 1, batchSize: 10, signal })) if (upTo >= 20) break
    expect(await consumers()).toBeGreaterThan(0)
  })

  it('keeps up with a reader that is slower than the server', async () => {
    let read = 0
    for await (const { events, upTo } of js.log.follow({ filters: ['zyra.>'], fromSequence: 1, batchSize: 20, signal: AbortSignal.timeout(10_000) })) {
      read += events.length
      await new Promise((resolve) => setTimeout(resolve, 1))
      if (upTo >= 3_000) break
    }
    expect(read).toBe(3_000)
  })

  const consumers = async (): Promise<number> => (await (await jetstreamManager(await server.connect('admin'))).streams.info('ZYRA')).state.consumer_count

  it('gives a reader together what came while it was busy, although each event was the newest when it was sent', async () => {
    const [first, released, done] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>(), new AbortController()]
    const sizes: number[] = []
    const read = async (): Promise<void> => {
      const fromSequence = (await js.log.lastSequence()) + 1
      for await (const { events } of js.log.follow({ filters: ['zyra.>'], fromSequence, signal: done.signal })) {
        sizes.push(events.length)
        first.resolve(undefined)
        await released.promise
      }
    }
    const reading = read()
    await until('the first event is read', async () => {
      await js.log.append({ subject: stockSubject('busy'), events: [eventNamed(`busy ${performance.now()}`)] })
      return sizes.length > 0
    })
    await first.promise
    for (let index = 0; index < 60; index += 1) await js.log.append({ subject: stockSubject('busy'), events: [eventNamed(`while busy ${index}`)] })
    released.resolve(undefined)
    await until('the rest is read', () => sizes.reduce((sum, size) => sum + size, 0) >= 61)
    expect(sizes.length).toBeLessThan(15)
    done.abort()
    await reading
  })

  it('goes on over restarts of the server, without a gap and without a repeat', async () => {
    const random = seeded(3)
    const { sequences, ended, stop } = follow(['zyra.>'])
    const appends: Promise<unknown>[] = []
    for (let round = 0; round < 3; round += 1) {
      appends.push(append(`round ${round}`, 200))
      await until('some of it is read', () => sequences().length > 3_001 + round * 200 + Math.floor(random() * 150))
      await server.kill()
      appends.push(append(`away ${round}`, 20))
      await server.restart()
    }
    await Promise.all(appends)
    const last = await js.log.lastSequence()
    await until('all is read', () => sequences().at(-1) === last)
    expect(sequences()).toEqual(Array.from({ length: last }, (_, index) => index + 1))
    stop()
    await ended
  }, 30_000)

  it('leaves no consumer behind on the server', async () => {
    await until('the server has forgotten all', async () => (await consumers()) === 0)
  })
})
