import fc from 'fast-check'
import { eventNamed, seeded, stockSubject, until } from '../test/events.ts'
import { startTestServer, type TestServer } from '../test/server.ts'
import type { AppendRequest, FollowOptions, StoredEvent } from './log.ts'
import type { JetStream } from './open.ts'

const SEED = 21
const WRITERS = 12
const SUBJECTS = 30
const SEALS = 3

interface Kept {
  readonly sequence: number
  readonly subject: string
  readonly name: string
}

const namedIn = ({ sequence, subject, data }: StoredEvent): Kept => ({ sequence, subject, name: (data as { name: string }).name })

const read = async ({ log }: JetStream, options: Omit<FollowOptions, 'signal'>): Promise<Kept[]> => {
  const found: Kept[] = []
  const done = new AbortController()
  for await (const { events, upTo, pending } of log.follow({ ...options, signal: done.signal })) {
    expect(upTo).toBe(events.at(-1)?.sequence)
    found.push(...events.map(namedIn))
    if (pending === 0) done.abort()
  }
  return found
}

describe(`a log that was sealed ${SEALS} times while ${WRITERS} writers went on (seed ${SEED})`, () => {
  let server: TestServer
  let js: JetStream
  /** What was acknowledged, by its place. */
  let model: Kept[] = []
  const requests: AppendRequest[] = []
  const followed: Kept[] = []
  const faults: string[] = []
  const stopFollowing = new AbortController()

  const write = async (writer: number, connections: readonly JetStream[], stopped: () => boolean): Promise<void> => {
    const random = seeded(SEED * 100 + writer)
    const pick = (): JetStream => connections[Math.floor(random() * connections.length)] ?? js
    for (let round = 0; !stopped(); round += 1) {
      const subject = stockSubject(Math.floor(random() * SUBJECTS))
      const count = 1 + Math.floor(random() * 3)
      const names = Array.from({ length: count }, (_, index) => `${writer} ${round} ${index}`)
      const own = pick()
      const expected = random() < 0.6 ? { expectedSequence: (await own.log.load(subject)).at(-1)?.sequence ?? 0 } : {}
      const request = { subject, events: names.map((name) => eventNamed(name)), ...expected }
      const result = await pick().log.append(request)
      if (result.status === 'duplicate') faults.push(`${names[0]} was taken for a repetition`)
      if (result.status !== 'appended') continue
      requests.push(request)
      model.push(...result.sequences.map((sequence, index) => ({ sequence, subject, name: names[index] ?? '' })))
      if (random() > 0.2) continue
      // A sender that did not hear the answer, perhaps through another process.
      const repeated = requests[Math.floor(random() * requests.length)] ?? request
      const again = await pick().log.append(repeated)
      if (again.status !== 'duplicate') faults.push(`${repeated.subject} ${repeated.events[0]?.envelope.id} landed again: ${JSON.stringify(again)}`)
    }
  }

  beforeAll(async () => {
    server = await startTestServer()
    js = await server.open()
    const connections = [js, await server.open(), await server.open()]
    const follow = async (): Promise<void> => {
      const batches = js.log.follow({ filters: ['zyra.>'], fromSequence: 1, signal: stopFollowing.signal })
      for await (const { events } of batches) followed.push(...events.map(namedIn))
    }
    const following = follow()
    let stopping = false
    const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer, connections, () => stopping))
    for (let seal = 0; seal < SEALS; seal += 1) {
      const known = model.length
      await until('appends land in the open segment', () => model.length > known + 300)
      await server.seal()
    }
    const known = model.length
    await until('appends land in the last segment', () => model.length > known + 300)
    stopping = true
    await Promise.all(writers)
    model = model.toSorted((one, other) => one.sequence - other.sequence)
    await until('the follower has read all', () => followed.length >= model.length)
    stopFollowing.abort()
    await following
  }, 120_000)
  afterAll(() => server.stop())

  it('keeps each acknowledged append exactly once, at the place that it was told, and nothing else', async () => {
    expect(faults).toEqual([])
    expect(model.map(({ sequence }) => sequence)).toEqual(Array.from({ length: model.length }, (_, index) => index + 1))
    expect(await read(js, { filters: ['zyra.>'], fromSequence: 1 })).toEqual(model)
    expect(new Set(model.map(({ name }) => name)).size).toBe(model.length)
  })

  it('was followed from the first event to the last while it was sealed', () => expect(followed).toEqual(model))

  it('tells its segments, whose sequences run on', async () => {
    const segments = await js.segments()
    expect(segments.map(({ stream, state, epoch }) => ({ stream, state, epoch }))).toEqual([
      { stream: 'ZYRA', state: 'sealed', epoch: 1 },
      { stream: 'ZYRA_2', state: 'sealed', epoch: 1 },
      { stream: 'ZYRA_3', state: 'sealed', epoch: 1 },
      { stream: 'ZYRA_4', state: 'open', epoch: 1 },
    ])
    expect(segments.slice(1).map(({ first }) => first?.sequence)).toEqual(segments.slice(0, -1).map(({ last }) => (last?.sequence ?? 0) + 1))
    expect(segments.reduce((sum, { events }) => sum + events, 0)).toBe(model.length)
    expect(segments.at(-1)?.last?.sequence).toBe(await js.log.lastSequence())
  })

  it('reads as one log does, wherever one begins', async () => {
    const subjects = fc.integer({ min: 0, max: SUBJECTS }).map(stockSubject)
    const places = fc.integer({ min: 1, max: model.length + 2 })
    await fc.assert(
      fc.asyncProperty(subjects, subjects, places, fc.integer({ min: 1, max: 700 }), async (subject, other, from, batchSize) => {
        const of = (...wanted: readonly string[]): Kept[] => model.filter((one) => wanted.includes(one.subject))
        expect((await js.log.load(subject)).map(namedIn)).toEqual(of(subject))
        expect((await js.log.load(subject, from)).map(namedIn)).toEqual(of(subject).filter(({ sequence }) => sequence >= from))
        const last = [...new Set([subject, other])].flatMap((one) => of(one).at(-1) ?? []).toSorted((a, b) => a.sequence - b.sequence)
        expect((await js.log.lastOf([...new Set([subject, other])])).map(namedIn)).toEqual(last)
        const one = await js.log.at(from)
        expect(one === undefined ? undefined : namedIn(one)).toEqual(model[from - 1])
        const wanted = of(subject, other).filter(({ sequence }) => sequence >= from)
        if (wanted.length > 0) expect(await read(js, { filters: [...new Set([subject, other])], fromSequence: from, batchSize })).toEqual(wanted)
      }),
      { seed: SEED, numRuns: 60 },
    )
  }, 60_000)

  it('knows everything that was appended within the duplicate window, also a process that starts anew', async () => {
    const anew = await server.open()
    const again = await Promise.all(requests.map((request) => anew.log.append(request)))
    expect(new Set(again.map(({ status }) => status))).toEqual(new Set(['duplicate']))
    expect(await js.log.lastSequence()).toBe(model.length)
    expect(requests.length).toBeGreaterThan(500)
  }, 30_000)
})
