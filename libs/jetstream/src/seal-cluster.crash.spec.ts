import { eventNamed, stockSubject, until } from '../test/events.ts'
import { startTestCluster, type TestCluster } from '../test/cluster.ts'
import { connectNats } from './connection.ts'
import { watchLink, type Connection } from './link.ts'
import { LogUnavailable } from './log.ts'
import { missingOn } from './nodes.ts'
import { sealOpenSegment } from './open.ts'
import { closeSegment } from './seal.ts'
import { streamFacts, toSegment } from './segments.ts'
import { segmentStream } from './streams.ts'

describe('sealing on a cluster of three', () => {
  let cluster: TestCluster
  let admin: Connection
  let [leader, away] = ['', '']
  beforeAll(async () => {
    cluster = await startTestCluster()
    await cluster.prepare(3)
    leader = await cluster.leaderOf('ZYRA')
    away = ['n1', 'n2', 'n3'].find((name) => name !== leader) ?? ''
    const nc = await connectNats(cluster.optionsFor('admin', leader))
    admin = { nc, link: watchLink(nc) }
    await until('three nodes have the log', async () => (await missing(1)) === undefined, 30_000)
  }, 90_000)
  afterAll(async () => {
    await admin.nc.close()
    await cluster.stop()
  }, 60_000)

  const missing = async (number: number): Promise<string | undefined> => {
    const facts = await streamFacts(admin, segmentStream(number)).catch(() => undefined)
    return facts === undefined ? 'everything' : missingOn(facts)
  }
  const isMissed = (number: number) => until('the node is missed', async () => (await missing(number))?.startsWith(away) === true, 30_000)
  const seal = (number: number) => sealOpenSegment({ ...cluster.optionsFor('admin', leader), number })
  /** What sealing comes to, or why it does not, once the cluster answers: nobody does while the node that was killed led it. */
  const answerOf = async (number: number): Promise<string> => {
    let answer = ''
    const ask = async (): Promise<boolean> => {
      answer = await seal(number).then(String, (error: unknown) => (error instanceof LogUnavailable ? error.message : String(error)))
      return !answer.includes('the server')
    }
    await until('the cluster answers', ask, 40_000)
    return answer
  }
  const append = async (name: string): Promise<string> => {
    const { log } = await cluster.open('inventory', leader)
    return (await log.append({ subject: stockSubject('sealing'), events: [eventNamed(name)] }, AbortSignal.timeout(20_000))).status
  }
  const states = async () => (await (await cluster.open('inventory', leader)).segments()).map(({ state, events }) => [state, events])
  /** Whatever the node missed, it learns now. */
  const restartAway = async (number: number): Promise<void> => {
    await cluster.cluster.node(away).kill()
    await isMissed(number)
    await cluster.cluster.node(away).restart()
    await until('all nodes have it', async () => (await missing(number)) === undefined, 30_000)
  }

  it('waits until every node is there, and says which is not: one that missed it would destroy the next segment when it returns', async () => {
    await append('before')
    await cluster.cluster.node(away).kill()
    await isMissed(1)
    expect(await answerOf(1)).toBe(
      `ZYRA is not sealed and nothing was changed: ${away} is away or does not have all of ZYRA yet. Sealing needs all 3 nodes to be up`)
    expect(await append('while away')).toBe('appended')
    expect(await states()).toEqual([['open', 2]])
    await cluster.cluster.node(away).restart()
    await until('all nodes have it', async () => (await missing(1)) === undefined, 30_000)
    expect(await answerOf(1)).toBe('true')
    expect(await missing(2)).toBeUndefined()
    expect(await append('after')).toBe('appended')
    await restartAway(2)
    expect(await states()).toEqual([['sealed', 2], ['open', 1]])
  }, 120_000)

  it('opens the next segment only when a node is back that went away in the middle', async () => {
    const facts = await streamFacts(admin, segmentStream(2))
    if (facts === undefined) throw new Error('there is no second segment')
    await closeSegment(admin, { facts, segment: toSegment(facts, 2, undefined) })
    await cluster.cluster.node(away).kill()
    await isMissed(2)
    const sealing = seal(2)
    await until('the second segment is sealed', async () => (await streamFacts(admin, segmentStream(2)))?.config.sealed === true, 20_000)
    expect(await streamFacts(admin, segmentStream(3))).toBeUndefined()
    await cluster.cluster.node(away).restart()
    expect(await sealing).toBe(true)
    expect(await append('in the third')).toBe('appended')
    await restartAway(3)
    expect(await states()).toEqual([['sealed', 2], ['sealed', 1], ['open', 1]])
  }, 120_000)
})
