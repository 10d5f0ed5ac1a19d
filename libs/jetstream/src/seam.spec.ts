import { eventNamed, stockSubject } from '../test/events.ts'
import { startTestServer, type TestServer } from '../test/server.ts'
import { createAppender } from './append.ts'
import { watchLink } from './link.ts'
import type { AppendResult } from './log.ts'
import type { JetStream } from './open.ts'
import { inboxPrefixOf } from './permissions.ts'
import { createSealedHeads } from './sealed-heads.ts'
import { createSeam } from './seam.ts'
import { watchSegments, type Chain, type Segments } from './segments.ts'
import { segmentStream } from './streams.ts'

describe('an append after a segment was sealed', () => {
  let server: TestServer
  let before: JetStream
  beforeAll(async () => {
    server = await startTestServer()
    before = await server.open()
  }, 60_000)
  afterAll(() => server.stop())

  const append = (on: JetStream, id: string, name: string, expectedSequence?: number): Promise<AppendResult> =>
    on.log.append({ subject: stockSubject(id), events: [eventNamed(name)], ...(expectedSequence === undefined ? {} : { expectedSequence }) })
  const lastOf = async (id: string): Promise<number> => (await before.log.load(stockSubject(id))).at(-1)?.sequence ?? 0

  it('lands only on what the sealed segments have of its subject, whether or not it was read before', async () => {
    for (const name of ['quiet 1', 'quiet 2']) await append(before, 'quiet', name)
    const head = await lastOf('quiet')
    await server.seal()
    for (const expected of [0, head - 1, head + 1]) {
      expect(await append(await server.open(), 'quiet', `outdated ${expected}`, expected)).toEqual({ status: 'conflict' })
      const reader = await server.open()
      await reader.log.load(stockSubject('quiet'))
      expect(await append(reader, 'quiet', `read ${expected}`, expected)).toEqual({ status: 'conflict' })
    }
    const reader = await server.open()
    await reader.log.load(stockSubject('quiet'))
    expect(await append(reader, 'quiet', 'right', head)).toEqual({ status: 'appended', sequences: [head + 1] })
    expect(await append(await server.open(), 'quiet', 'late', head)).toEqual({ status: 'conflict' })
    expect(await append(await server.open(), 'quiet', 'right', head)).toEqual({ status: 'duplicate' })
    expect(await append(await server.open(), 'unheard-of', 'new', 0)).toEqual({ status: 'appended', sequences: [head + 2] })
    expect((await before.log.load(stockSubject('quiet'))).map(({ data }) => data)).toEqual([{ name: 'quiet 1' }, { name: 'quiet 2' }, { name: 'right' }])
  }, 30_000)

  it('of a process that knows nothing of the seal is refused, looked at again, and lands where it belongs', async () => {
    await append(before, 'slept', 'slept 1')
    const head = await lastOf('slept')
    const connection = await server.connect()
    const tools = { nc: connection, link: watchLink(connection), inboxPrefix: inboxPrefixOf('inventory') }
    const awake = watchSegments(tools)
    const heads = createSealedHeads(tools)
    let known: Chain | undefined = await awake.current()
    const asleep: Segments = {
      ...awake,
      lastSeen: () => known ?? awake.lastSeen(),
      current: async () => known ?? awake.current(),
      look: () => {
        known = undefined
        return awake.look()
      },
    }
    const options = { ...tools, epoch: 1, segments: asleep, seam: createSeam({ ...tools, heads }), load: before.log.load }
    await server.seal()
    const stale = known
    const sleeper = async (name: string, expectedSequence?: number): Promise<AppendResult> => {
      known = stale
      const event = { subject: stockSubject('slept'), events: [eventNamed(name)] }
      return createAppender(options)({ ...event, ...(expectedSequence === undefined ? {} : { expectedSequence }) })
    }
    expect(await sleeper('slept 1')).toEqual({ status: 'duplicate' })
    expect(await sleeper('slept 2', 0)).toEqual({ status: 'conflict' })
    expect(await sleeper('slept 3', head)).toEqual({ status: 'appended', sequences: [head + 1] })
    expect(await sleeper('slept 4')).toEqual({ status: 'appended', sequences: [head + 2] })
    expect(await lastOf('slept')).toBe(head + 2)
  }, 30_000)

  it('learns where its subject ended from the leader, since any other replica may lag', async () => {
    await append(before, 'held', 'held 1')
    const head = await lastOf('held')
    const number = await server.seal()
    const stream = segmentStream(number)
    const asked: string[] = []
    const admin = await server.connect('admin')
    admin.subscribe('$JS.API.>', { callback: (_error, { subject }) => void asked.push(subject) })
    await admin.flush()
    expect(await append(await server.open(), 'held', 'held 2', head)).toEqual({ status: 'appended', sequences: [head + 1] })
    await admin.flush()
    expect(asked).toContain(`$JS.API.STREAM.MSG.GET.${stream}`)
    expect(asked).not.toContain(`$JS.API.DIRECT.GET.${stream}`)
  }, 30_000)

  it('is known by its id also where it stands two segments back', async () => {
    await append(before, 'two-back', 'two back')
    await server.seal()
    await append(before, 'between', 'between')
    await server.seal()
    expect(await append(await server.open(), 'two-back', 'two back')).toEqual({ status: 'duplicate' })
  }, 30_000)
})
