import { eventNamed, seeded, stockSubject, until } from '../test/events.ts'
import { startTestServer, type TestServer } from '../test/server.ts'
import type { OwnedConsumer } from './consume.ts'
import { createConsumerApi } from './consumer-api.ts'
import { watchLink } from './link.ts'
import type { JetStream } from './open.ts'

const SEED = 5
const LEASE_MS = 400

describe(`a durable consumer over several segments (seed ${SEED})`, () => {
  let server: TestServer
  let js: JetStream
  let opened: OwnedConsumer[]
  beforeEach(async () => {
    server = await startTestServer()
    js = await server.open()
    opened = []
  }, 60_000)
  afterEach(async () => {
    await Promise.all(opened.map((consumer) => consumer.close()))
    await server.stop()
  })

  const append = (name: string, id: string | number = 'one') => js.log.append({ subject: stockSubject(id), events: [eventNamed(name)] })

  /** Works on everything; `hold` decides what is not acknowledged. */
  const work = async (on: JetStream, done: number[], hold: (sequence: number) => boolean = () => false): Promise<OwnedConsumer> => {
    const consumer = await on.consume({
      durable: 'inventory-policy', filters: ['zyra.*.inventory.stock.*'], leaseMs: LEASE_MS,
      onOwnership: () => {},
      onDelivery: ({ sequence, ack }) => {
        if (hold(sequence)) return
        done.push(sequence)
        ack()
      },
      onProblem: () => {},
    })
    opened.push(consumer)
    return consumer
  }

  it('does not let what waits in a sealed segment hold up the next one, and another process begins with it', async () => {
    await append('old 1')
    await append('old 2')
    await server.seal()
    await append('new 3')
    const [done, held]: [number[], Set<number>] = [[], new Set([1, 4])]
    // Either may be the owner, and on a slow machine one after the other.
    const both = await Promise.all([js, await server.open()].map((on) => work(on, done, (sequence) => held.has(sequence))))
    // Who stands by sees the sealed segment's only.
    const inFlight = async (): Promise<number> => Math.max(...(await Promise.all(both.map(async (one) => (await one.state()).inFlight))))
    await until('the new segment is reached', () => done.includes(3))
    await append('new 4')
    await until('what comes later is delivered, and the first still waits', async () => (await inFlight()) === 2)
    expect(new Set(done)).toEqual(new Set([2, 3]))
    await server.seal()
    await append('newest 5')
    await until('a third segment is reached', () => done.includes(5))
    held.clear()
    for (const one of both) await one.close()
    const later: number[] = []
    const second = await work(await server.open(), later)
    await until('what waited is done', () => later.includes(1) && later.includes(4))
    // What was done out of turn comes again with it; what it leads to is known by its ids.
    expect(later.filter((sequence) => sequence === 1 || sequence === 4)).toEqual([1, 4])
    expect(later.indexOf(1)).toBe(0)
    await until('nothing is left', async () => {
      const { pending, inFlight } = await second.state()
      return pending + inFlight === 0
    })
  }, 30_000)

  it('begins anew with the sealed segment where one of its ownerships ends, and is owned once at a time', async () => {
    await append('old 1')
    await server.seal()
    await append('new 2')
    const [seen, ownerships]: [number[], AbortSignal[]] = [[], []]
    opened.push(await js.consume({
      durable: 'inventory-policy', filters: ['zyra.*.inventory.stock.*'], leaseMs: LEASE_MS, onProblem: () => {},
      onOwnership: (lost) => {
        expect(ownerships.filter((one) => !one.aborted)).toEqual([])
        ownerships.push(lost)
      },
      onDelivery: ({ sequence }) => seen.push(sequence),
    }))
    await until('both are in work', () => seen.includes(2))
    const nc = await server.connect('admin')
    const before = seen.length
    await createConsumerApi({ nc, link: watchLink(nc), stream: 'ZYRA', durable: 'inventory-policy' }).unpin()
    await until('both are in work again', () => seen.length > before && seen.at(-1) === 2)
    expect(seen.indexOf(1, before)).toBeLessThan(seen.indexOf(2, before))
    expect(seen.indexOf(1, before)).toBe(before)
    expect(ownerships.length).toBeGreaterThan(1)
  }, 30_000)

  it('begins where it was after a restart, and a new one at the beginning of the log', async () => {
    await append('1')
    const done: number[] = []
    await (async () => {
      const consumer = await work(js, done)
      await until('the first is done', () => done.length === 1)
      await consumer.close()
    })()
    await server.seal()
    await append('2')
    await server.seal()
    await append('3')
    await server.kill()
    await server.restart()
    const again = await server.open()
    await work(again, done)
    await until('all is done', () => done.length === 3)
    expect(done).toEqual([1, 2, 3])
    const seen: number[] = []
    opened.push(await again.consume({
      durable: 'inventory-reactor', filters: ['zyra.*.inventory.stock.*'], leaseMs: LEASE_MS, onOwnership: () => {}, onProblem: () => {},
      onDelivery: ({ sequence, ack }) => {
        seen.push(sequence)
        ack()
      },
    }))
    await until('the new one has seen all', () => seen.length === 3)
    expect(seen).toEqual([1, 2, 3])
  }, 60_000)

  it('works off every event, and those of an aggregate in their order, while segments are sealed and owners are killed', async () => {
    const random = seeded(SEED)
    const finished = new Set<number>()
    /** What happened, in order: sequences, negative once they are done with. */
    const journal: number[] = []
    const [appended, bySubject]: [number[], Map<string, number[]>] = [[], new Map()]
    let stopping = false
    const writer = async (number: number): Promise<void> => {
      for (let round = 0; !stopping; round += 1) {
        const result = await append(`${number} ${round}`, number)
        if (result.status === 'appended') appended.push(...result.sequences)
        await new Promise((resolve) => setTimeout(resolve, random() * 10))
      }
    }
    const join = async (): Promise<JetStream> => {
      const own = await server.open()
      await own.consume({
        durable: 'inventory-policy', filters: ['zyra.*.inventory.stock.*'], leaseMs: LEASE_MS,
        onOwnership: () => {},
        onProblem: () => {},
        onDelivery: ({ subject, sequence, ack }) => {
          if (!journal.includes(sequence)) bySubject.set(subject, [...(bySubject.get(subject) ?? []), sequence])
          journal.push(sequence)
          setTimeout(() => {
            finished.add(sequence)
            journal.push(-sequence)
            ack()
          }, random() * 5)
        },
      })
      return own
    }
    const writers = Array.from({ length: 6 }, (_, number) => writer(number))
    let worker = await join()
    for (let seal = 0; seal < 3; seal += 1) {
      const known = appended.length
      await until('events land', () => appended.length > known + 100)
      await Promise.all([server.seal(), (async () => {
        await until('some are done', () => finished.size > known)
        await worker.close()
        worker = await join()
      })()])
    }
    stopping = true
    await Promise.all(writers)
    await until('all is done', () => appended.every((sequence) => finished.has(sequence)), 30_000)
    for (const sequences of bySubject.values()) expect(sequences).toEqual(sequences.toSorted((one, other) => one - other))
    expect([...bySubject.values()].flat()).toHaveLength(appended.length)
    const segments = await js.segments()
    expect(segments).toHaveLength(4)
    for (const { last, state } of segments) {
      if (state !== 'sealed' || last === undefined) continue
      const entered = journal.findIndex((one) => one > last.sequence)
      const overtaken = appended.filter((one) => one <= last.sequence && !journal.slice(0, entered).includes(one))
      expect({ entered: entered > 0, overtaken }).toEqual({ entered: true, overtaken: [] })
    }
  }, 90_000)
})
