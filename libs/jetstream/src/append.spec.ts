import { eventNamed, seeded, stockSubject, uuidOf } from '../test/events.ts'
import { startTestServer, type TestServer } from '../test/server.ts'
import { type AppendResult, LogRefused } from './log.ts'
import type { JetStream } from './open.ts'

describe('appending to the log', () => {
  let server: TestServer
  let js: JetStream
  beforeAll(async () => {
    server = await startTestServer()
    js = await server.open()
  }, 60_000)
  afterAll(() => server.stop())

  const append = (id: string | number, names: readonly string[], expectedSequence?: number, on = js): Promise<AppendResult> =>
    on.log.append({ subject: stockSubject(id), events: names.map((name) => eventNamed(name)), ...(expectedSequence === undefined ? {} : { expectedSequence }) })
  const namesOn = async (id: string | number): Promise<unknown[]> => (await js.log.load(stockSubject(id))).map(({ data }) => data)

  it('answers with the sequence of each event', async () => {
    const before = await js.log.lastSequence()
    expect(await append('answer', ['answer 1'])).toEqual({ status: 'appended', sequences: [before + 1] })
    expect(await append('answer', ['answer 2', 'answer 3'])).toEqual({ status: 'appended', sequences: [before + 2, before + 3] })
    expect((await js.log.load(stockSubject('answer'))).map(({ sequence }) => sequence)).toEqual([before + 1, before + 2, before + 3])
  })

  it('writes nothing where somebody else appended meanwhile', async () => {
    expect(await append('conflict', ['conflict 1'], 0)).toMatchObject({ status: 'appended' })
    const other = await server.open()
    expect(await append('conflict', ['conflict 2'], 0, other)).toEqual({ status: 'conflict' })
    expect(await append('conflict', ['conflict 3'], 0)).toEqual({ status: 'conflict' })
    expect(await append('conflict', ['conflict 4', 'conflict 5'], 0, other)).toEqual({ status: 'conflict' })
    expect(await append('conflict', ['conflict 6'], 999_999, other)).toEqual({ status: 'conflict' })
    expect(await namesOn('conflict')).toEqual([{ name: 'conflict 1' }])
  })

  it('lands the events of one decision together or not at all', async () => {
    expect(await append('decision', ['decision 1', 'decision 2', 'decision 3'], 0)).toMatchObject({ status: 'appended' })
    const other = await server.open()
    expect(await append('decision', ['decision 4', 'decision 2', 'decision 5'], undefined, other)).toEqual({ status: 'duplicate' })
    expect(await namesOn('decision')).toEqual([{ name: 'decision 1' }, { name: 'decision 2' }, { name: 'decision 3' }])
  })

  it.each([
    ['from memory', false, undefined], ['by the server, after a restart of ours', true, undefined],
    ['by the server, when the expected sequence is stale as well', true, 0],
  ] as const)('knows a repeated event %s and does not append it', async (how, fresh, expected) => {
    const names = [`repeat ${how}`]
    await append(`repeat-${fresh}-${expected}`, names, 0)
    const again = fresh ? await server.open() : js
    expect(await append(`repeat-${fresh}-${expected}`, names, expected, again)).toEqual({ status: 'duplicate' })
    expect(await namesOn(`repeat-${fresh}-${expected}`)).toHaveLength(1)
  })

  it('takes each append of 32 writers on few aggregates exactly once, in the order of the decisions', async () => {
    const others = await Promise.all(Array.from({ length: 3 }, () => server.open()))
    const connections = [js, ...others]
    const accepted: { aggregate: number; saw: number; sequence: number; name: string }[] = []
    const writer = async (number: number): Promise<void> => {
      const own = connections[number % connections.length] ?? js
      const random = seeded(number)
      for (let round = 0; round < 8; round += 1) {
        const aggregate = Math.floor(random() * 5)
        const name = `writer ${number} ${round}`
        for (let decided = false; !decided;) {
          const saw = (await own.log.load(stockSubject(`few-${aggregate}`))).at(-1)?.sequence ?? 0
          const result = await append(`few-${aggregate}`, [name], saw, own)
          decided = result.status !== 'conflict'
          if (result.status === 'appended') accepted.push({ aggregate, saw, sequence: result.sequences[0] ?? 0, name })
        }
      }
    }
    await Promise.all(Array.from({ length: 32 }, (_, number) => writer(number)))
    expect(accepted).toHaveLength(32 * 8)
    for (let aggregate = 0; aggregate < 5; aggregate += 1) {
      const decisions = accepted.filter((one) => one.aggregate === aggregate).toSorted((one, other) => one.sequence - other.sequence)
      expect(await namesOn(`few-${aggregate}`)).toEqual(decisions.map(({ name }) => ({ name })))
      // Each decision rested on the very event before it.
      expect(decisions.map(({ saw }) => saw)).toEqual([0, ...decisions.slice(0, -1).map(({ sequence }) => sequence)])
    }
  })

  it('gives each of 256 concurrent appends its own right answer, repeats and conflicts among them', async () => {
    const random = seeded(5)
    const fresh = await server.open()
    const kinds = Array.from({ length: 2_560 }, () => {
      const value = random()
      if (value < 0.01) return 'duplicate' as const
      return value < 0.03 ? 'conflict' as const : 'appended' as const
    })
    const spoilt = kinds.flatMap((kind, index) => (kind === 'appended' ? [] : [index]))
    await Promise.all(spoilt.map((index) => append(`mix-${index}`, [`mix ${index} first`], 0)))
    const results: AppendResult[] = []
    const lane = async (start: number): Promise<void> => {
      for (let index = start; index < kinds.length; index += 256) {
        results[index] = await append(`mix-${index}`, [kinds[index] === 'duplicate' ? `mix ${index} first` : `mix ${index}`], 0, fresh)
      }
    }
    await Promise.all(Array.from({ length: 256 }, (_, start) => lane(start)))
    expect(results.map(({ status }) => status)).toEqual(kinds)
    const stored = new Map((await js.log.lastOf(['zyra.*.inventory.stock.*'])).map((event) => [event.subject, event]))
    for (const [index, result] of results.entries()) {
      const event = stored.get(stockSubject(`mix-${index}`))
      expect(event?.data).toEqual({ name: kinds[index] === 'appended' ? `mix ${index}` : `mix ${index} first` })
      if (result.status === 'appended') expect(result.sequences).toEqual([event?.sequence])
    }
    expect(new Set(kinds)).toEqual(new Set(['appended', 'duplicate', 'conflict']))
  })

  it('appends the same event once although it is handed over many times at once', async () => {
    const results = await Promise.all(Array.from({ length: 40 }, () => append('same', ['same'])))
    expect(results.filter(({ status }) => status === 'appended')).toHaveLength(1)
    expect(results.filter(({ status }) => status === 'duplicate')).toHaveLength(39)
    expect(await namesOn('same')).toHaveLength(1)
  })

  it('refuses to append under another service\'s name, at once and without holding up the others', async () => {
    const from = performance.now()
    const foreign = (count: number, name: string) =>
      js.log.append({ subject: `zyra.demo.gateway.webhook.${name}`, events: Array.from({ length: count }, (_, index) => eventNamed(`${name} ${index}`)) })
    const [one, several, ...own] = await Promise.allSettled([
      foreign(1, 'one'), foreign(3, 'several'), ...Array.from({ length: 40 }, (_, index) => append(`own-${index}`, [`own ${index}`])),
    ])
    const message = expect.stringMatching(/^appending to zyra\.demo\.gateway\.webhook\.one is not allowed with these credentials/)
    expect(one).toMatchObject({ status: 'rejected', reason: { name: 'LogRefused', message } })
    expect(several).toMatchObject({ status: 'rejected', reason: { name: 'LogRefused' } })
    expect(own.every((result) => result.status === 'fulfilled' && result.value.status === 'appended')).toBe(true)
    expect(performance.now() - from).toBeLessThan(1_000)
  })

  it('refuses an event that is larger than the server takes, rather than be hung up on', async () => {
    const large = eventNamed('large', 'x'.repeat(9 * 1024 * 1024))
    await expect(js.log.append({ subject: stockSubject('large'), events: [large] })).rejects.toThrow(LogRefused)
    expect(await append('large', ['small enough'])).toMatchObject({ status: 'appended' })
  })

  it.each(['zyra.demo.inventory.stock.a b', 'zyra.demo.inventory.stock', 'zyra.demo.inventory.stock.*', 'elsewhere.1', 'zyra.demo.inventory.stock.1\r\nPING'])(
    'refuses what is no subject of the log: %j', async (subject) => {
      await expect(js.log.append({ subject, events: [eventNamed('nowhere')] })).rejects.toThrow(/is not a subject of the log/)
    },
  )

  it('refuses a subject that is too long, alone and among others, rather than be hung up on', async () => {
    const statuses: string[] = []
    js.onStatus((status) => statuses.push(status))
    const tooLong = (length: number, count: number) => {
      const events = Array.from({ length: count }, (_, index) => eventNamed(`long ${length} ${index}`))
      return js.log.append({ subject: stockSubject('x'.repeat(length)), events }, AbortSignal.timeout(2_000))
    }
    const results = await Promise.allSettled([tooLong(5_000, 1), tooLong(5_000, 20), tooLong(500, 1), append('short', ['short'])])
    const refused = { status: 'rejected', reason: { name: 'LogRefused', message: expect.stringContaining('expected 500 at most') } }
    expect(results).toMatchObject([refused, refused, refused, { status: 'fulfilled', value: { status: 'appended' } }])
    expect(await js.log.load(stockSubject('x'.repeat(5_000)))).toEqual([])
    expect(await tooLong(450, 1)).toMatchObject({ status: 'appended' })
    expect(statuses).toEqual([])
  })

  it('takes large events together', async () => {
    const bodies = Array.from({ length: 20 }, (_, index) => eventNamed(`heavy ${index}`, 'x'.repeat(600_000)))
    const results = await Promise.all(bodies.map((event) => js.log.append({ subject: stockSubject(event.envelope.id), events: [event] })))
    expect(results.every(({ status }) => status === 'appended')).toBe(true)
  })

  it('appends nothing for a decision without events', async () => {
    const before = await js.log.lastSequence()
    expect(await append('nothing', [])).toEqual({ status: 'appended', sequences: [] })
    expect(await js.log.lastSequence()).toBe(before)
  })

  it('stamps every event with the epoch of the log', async () => {
    await append('epoch', ['epoch'])
    expect((await js.log.load(stockSubject('epoch')))[0]?.envelope).toMatchObject({ id: uuidOf('epoch'), epoch: js.log.epoch })
  })
})
