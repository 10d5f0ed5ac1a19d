import { jetstreamManager } from '@nats-io/jetstream'
import { stockSubject } from '../test/events.ts'
import { startTestServer, type TestServer } from '../test/server.ts'

describe('snapshots', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
  }, 60_000)
  afterAll(() => server.stop())

  it('are kept by subject, the newest of each', async () => {
    const { snapshots } = await server.open()
    expect(await snapshots.get(stockSubject('a'))).toBeUndefined()
    await snapshots.put(stockSubject('a'), { sequence: 1 })
    await snapshots.put(stockSubject('a'), { sequence: 2 })
    await snapshots.put(stockSubject('b'), { sequence: 3 })
    expect(await snapshots.get(stockSubject('a'))).toEqual({ sequence: 2 })
    const { state } = await (await jetstreamManager(await server.connect('admin'))).streams.info('ZYRA_SNAPSHOTS')
    expect(state.messages).toBe(2)
  })

  it('of a service are stored by nobody else', async () => {
    const [own, foreign] = [await server.open('gateway'), await server.open()]
    await expect(own.snapshots.put(stockSubject('c'), {})).rejects.toMatchObject({ name: 'LogRefused' })
    await foreign.snapshots.put(stockSubject('c'), {})
  })

  it('fail within a second where there is no place for them', async () => {
    const { snapshots } = await server.open()
    await (await jetstreamManager(await server.connect('admin'))).streams.delete('ZYRA_SNAPSHOTS')
    const from = performance.now()
    await expect(snapshots.get(stockSubject('a'))).rejects.toMatchObject({ name: 'LogUnavailable' })
    await expect(snapshots.put(stockSubject('a'), {})).rejects.toMatchObject({ name: 'LogUnavailable' })
    expect(performance.now() - from).toBeLessThan(2_500)
  })
})
