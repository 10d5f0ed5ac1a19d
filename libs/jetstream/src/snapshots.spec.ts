import { jetstreamManager } from '@nats-io/jetstream'
import { stockSubject } from '../test/events.ts'
import { startTestServer, type TestServer } from '../test/server.ts'
import { askApi } from './ask.ts'
import { watchLink } from './link.ts'

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

  it('of a service are read by nobody else, whichever way they are asked for', async () => {
    await (await server.open()).snapshots.put(stockSubject('d'), { sequence: 1 })
    for (const user of ['gateway', 'cli', 'sealer']) {
      await expect((await server.open(user)).snapshots.get(stockSubject('d'))).rejects.toMatchObject({ name: 'LogRefused' })
      const nc = await server.connect(user)
      const connection = { nc, link: watchLink(nc) }
      const query = { last_by_subj: stockSubject('d').replace('zyra', 'snapshots') }
      for (const api of ['DIRECT.GET.ZYRA_SNAPSHOTS', 'STREAM.MSG.GET.ZYRA_SNAPSHOTS']) {
        await expect(askApi(connection, api, query)).rejects.toMatchObject({ name: 'LogRefused' })
      }
    }
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
