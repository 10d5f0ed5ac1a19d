import { eventNamed, stockSubject } from '../test/events.ts'
import { startTestServer, type TestServer } from '../test/server.ts'
import type { JetStream } from './open.ts'

describe('reading a log of several segments', () => {
  let server: TestServer
  let js: JetStream
  let asked: string[]
  let heard: () => Promise<void>
  beforeAll(async () => {
    server = await startTestServer()
    js = await server.open()
    await append('old', 510)
    await server.seal()
    await append('new', 5)
    const admin = await server.connect('admin')
    admin.subscribe('$JS.API.DIRECT.GET.*', { callback: (_error, { subject }) => void asked.push(subject.replace('$JS.API.DIRECT.GET.', '')) })
    heard = () => admin.flush()
    await heard()
  }, 60_000)
  beforeEach(() => {
    asked = []
  })
  afterAll(() => server.stop())

  const append = async (name: string, count: number): Promise<void> => {
    const events = Array.from({ length: count }, (_, index) => eventNamed(`${name} ${index}`))
    await Promise.all(events.map((event) => js.log.append({ subject: stockSubject('long'), events: [event] })))
  }
  const page = async (from: number) => {
    const { events, left } = await js.log.loadPage(stockSubject('long'), from)
    await heard()
    return [events[0]?.sequence, events.length, left]
  }

  it.each([
    ['no further than the segment that fills it', 1, [1, 500, 10], ['ZYRA']],
    ['as far as to learn that something follows', 11, [11, 500, 5], ['ZYRA', 'ZYRA_2']],
    ['on to the next segment while there is room', 14, [14, 500, 2], ['ZYRA', 'ZYRA_2']],
    ['to the end where all of it fits', 100, [100, 416, 0], ['ZYRA', 'ZYRA_2']],
  ])('asks for a page %s', async (_how, from, found, streams) => {
    expect(await page(from)).toEqual(found)
    expect(asked).toEqual(streams)
  })

  it('asks each segment how it stands when a connection is opened, and nothing twice', async () => {
    const admin = await server.connect('admin')
    const questions: string[] = []
    admin.subscribe('$JS.API.>', { callback: (_error, { subject }) => void questions.push(subject.replace('$JS.API.', '')) })
    await admin.flush()
    const opened = await server.open('gateway')
    await admin.flush()
    expect(questions.filter((subject) => subject.startsWith('STREAM.'))).toEqual(['STREAM.INFO.ZYRA', 'STREAM.INFO.ZYRA_2'])
    await opened.close()
  })

  it('asks a sealed segment once for the last events of a filter, and the open one every time', async () => {
    for (let round = 0; round < 3; round += 1) {
      await append(`round ${round}`, 1)
      expect((await js.log.lastOf([stockSubject('*')])).map(({ data }) => data)).toEqual([{ name: `round ${round} 0` }])
      expect(await js.log.lastOf([stockSubject('nobody')])).toEqual([])
    }
    await heard()
    expect(asked.toSorted()).toEqual([...Array<string>(2).fill('ZYRA'), ...Array<string>(6).fill('ZYRA_2')])
  })
})
