import { eventNamed, seeded, stockSubject, until } from '../test/events.ts'
import { startTestServer, type TestServer } from '../test/server.ts'
import { LogUnavailable } from './log.ts'
import type { JetStream } from './open.ts'

describe('appending while the server comes and goes', () => {
  let server: TestServer
  let js: JetStream
  beforeAll(async () => {
    server = await startTestServer()
    js = await server.open()
  }, 60_000)
  afterAll(() => server.stop())

  it('keeps every acknowledged append exactly once over kills under load, and goes on by itself', async () => {
    const random = seeded(1)
    const sent = new Map<string, number>()
    const acknowledged = new Map<string, readonly number[]>()
    let stopping = false
    const writer = async (number: number): Promise<void> => {
      for (let round = 0; !stopping; round += 1) {
        const size = number % 4 === 0 ? 3 : 1
        const key = `${number}-${round}`
        const events = Array.from({ length: size }, (_, index) => eventNamed(`kill ${key} ${index}`, { key, index }))
        sent.set(key, size)
        const guarded = number % 2 === 0 ? { expectedSequence: 0 } : {}
        const result = await js.log.append({ subject: stockSubject(key), events, ...guarded })
        if (result.status === 'conflict') throw new Error(`nobody else appends to ${key}`)
        acknowledged.set(key, result.status === 'appended' ? result.sequences : [])
      }
    }
    const writers = Array.from({ length: 64 }, (_, number) => writer(number))
    for (let kill = 0; kill < 6; kill += 1) {
      const known = acknowledged.size
      await until('appends are acknowledged', () => acknowledged.size > known + random() * 200)
      await server.kill()
      await server.restart()
    }
    stopping = true
    await Promise.all(writers)

    const found = new Map<string, number[]>()
    for await (const { events, pending } of js.log.follow({ filters: ['zyra.>'], fromSequence: 1, signal: AbortSignal.timeout(10_000) })) {
      for (const { data, sequence } of events) {
        const { key } = data as { key: string }
        found.set(key, [...(found.get(key) ?? []), sequence])
      }
      if (pending === 0) break
    }
    expect(acknowledged.size).toBe(sent.size)
    expect(acknowledged.size).toBeGreaterThan(500)
    for (const [key, sequences] of acknowledged) {
      expect(found.get(key)).toHaveLength(sent.get(key) ?? 0)
      if (sequences.length > 0) expect(found.get(key)).toEqual(sequences)
    }
    expect(found.size).toBe(sent.size)
  }, 60_000)

  it('gives up an append when it is told to, and the others wait on', async () => {
    await server.kill()
    const given = AbortSignal.timeout(300)
    const from = performance.now()
    const impatient = js.log.append({ subject: stockSubject('impatient'), events: [eventNamed('impatient')] }, given)
    const others = Array.from({ length: 20 }, (_, index) =>
      js.log.append({ subject: stockSubject(`patient-${index}`), events: [eventNamed(`patient ${index}`)] }))
    await expect(impatient).rejects.toThrow(LogUnavailable)
    expect(performance.now() - from).toBeLessThan(1_000)
    await expect(js.log.append({ subject: stockSubject('late'), events: [eventNamed('late')] }, AbortSignal.abort())).rejects.toThrow(LogUnavailable)
    await server.restart()
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual(others.map(() => 'appended'))
    expect(await js.log.load(stockSubject('impatient'))).toEqual([])
    expect(await js.log.append({ subject: stockSubject('impatient'), events: [eventNamed('impatient')] })).toMatchObject({ status: 'appended' })
  }, 20_000)

  it('tells those who wait when the connection is closed for good', async () => {
    const other = await server.open()
    await server.kill()
    const append = other.log.append({ subject: stockSubject('closed'), events: [eventNamed('closed')] })
    await other.close()
    await expect(append).rejects.toThrow(LogUnavailable)
    await server.restart()
  }, 20_000)
})
