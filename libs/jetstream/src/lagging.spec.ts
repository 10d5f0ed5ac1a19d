import type { NatsConnection, Payload, RequestOptions } from '@nats-io/transport-node'
import { eventNamed, stockSubject, until } from '../test/events.ts'
import { startTestServer, type TestServer } from '../test/server.ts'
import { consumeLog } from './consume-log.ts'
import { followLog } from './follow.ts'
import { watchLink } from './link.ts'
import { inboxPrefixOf } from './permissions.ts'
import { createSealedHeads } from './sealed-heads.ts'
import { createSeam } from './seam.ts'
import { watchSegments } from './segments.ts'

/** JSON of the server's, where it is touched. */
interface Answer {
  readonly config?: Readonly<Record<string, unknown>>
}

interface Lag {
  behind: boolean
  readonly asked: string[]
}

/** Stands in for a replica of three that has nothing yet for as long as it is behind: what a consumer finds there, it tells of itself. */
const replicaAt = (nc: NatsConnection, lag: Lag): NatsConnection => {
  const fromNowOn = (text: string): string => {
    const { config: { opt_start_seq: _sequence, opt_start_time: _time, ...config } = {}, ...rest }: Answer = JSON.parse(text)
    return JSON.stringify({ ...rest, config: { ...config, deliver_policy: 'new' } })
  }
  const request = async (subject: string, payload?: Payload, options?: RequestOptions) => {
    lag.asked.push(subject)
    const isUnnamed = /^\$JS\.API\.CONSUMER\.CREATE\.\w+$/.test(subject)
    const message = await nc.request(subject, isUnnamed && lag.behind ? fromNowOn(String(payload)) : payload, options)
    const told = (answer: Answer): Answer => {
      if (subject.startsWith('$JS.API.STREAM.INFO') && answer.config !== undefined) return { ...answer, config: { ...answer.config, num_replicas: 3 } }
      if (!subject.startsWith('$JS.API.CONSUMER.INFO') || !lag.behind) return answer
      return Object.assign(answer, { num_pending: 0, num_ack_pending: 0, delivered: { stream_seq: 0 } })
    }
    return new Proxy(message, { get: (target, name) => (name === 'json' ? () => told(target.json<Answer>()) : bound(target, name)) })
  }
  return new Proxy(nc, { get: (target, name) => (name === 'request' ? request : bound(target, name)) })
}

const bound = (target: object, name: string | symbol): unknown => {
  const value: unknown = Reflect.get(target, name)
  return typeof value === 'function' ? value.bind(target) : value
}

describe('where a replica lags, a sealed segment', () => {
  let server: TestServer
  const lag: Lag = { behind: true, asked: [] }
  const filters = ['zyra.*.inventory.stock.*']
  beforeAll(async () => {
    server = await startTestServer()
    const { log } = await server.open()
    for (const name of ['old 1', 'old 2']) await log.append({ subject: stockSubject(name.replace(' ', '-')), events: [eventNamed(name)] })
    await server.seal()
    await log.append({ subject: stockSubject('new'), events: [eventNamed('new 3')] })
  }, 60_000)
  afterAll(() => server.stop())
  const connect = async () => {
    const nc = await server.connect()
    lag.behind = true
    lag.asked.length = 0
    return { nc: replicaAt(nc, lag), link: watchLink(nc), inboxPrefix: inboxPrefixOf('inventory') }
  }
  const asked = (api: string) => lag.asked.filter((subject) => subject.startsWith(`$JS.API.${api}`)).length

  it('is followed to its end before the next one', async () => {
    const tools = await connect()
    const [done, seen]: [AbortController, number[]] = [new AbortController(), []]
    const follow = async (): Promise<void> => {
      for await (const { events } of followLog(tools, watchSegments(tools), { filters, fromSequence: 1, signal: done.signal })) {
        seen.push(...events.map(({ sequence }) => sequence))
      }
    }
    const following = follow()
    await until('it was looked at twice', () => asked('CONSUMER.CREATE.ZYRA') >= 2)
    lag.behind = false
    await until('all is read', () => seen.includes(3))
    expect(seen).toEqual([1, 2, 3])
    done.abort()
    await following
  })

  it('is worked off to its end before the next one', async () => {
    const tools = await connect()
    const [seen, acks]: [number[], (() => void)[]] = [[], []]
    const consumer = await consumeLog(watchSegments(tools), {
      ...tools, filters, durable: 'inventory-policy', leaseMs: 400, onOwnership: () => {}, onProblem: () => {},
      onDelivery: ({ sequence, ack }) => {
        seen.push(sequence)
        if (lag.behind) acks.push(ack)
        else ack()
      },
    })
    await until('the leader was asked twice', () => asked('STREAM.MSG.GET.ZYRA') >= 2)
    expect([...new Set(seen)]).toEqual([1, 2])
    lag.behind = false
    for (const ack of acks) ack()
    await until('the next one is reached', () => seen.includes(3))
    // On a slow machine the lease may end meanwhile: then what was not done with came again.
    expect([...new Set(seen)]).toEqual([1, 2, 3])
    await consumer.close()
  }, 20_000)

  it('is begun with by who takes over, where something of it is not done with', async () => {
    const seen: number[] = []
    const work = async (done: boolean) => {
      const tools = await connect()
      lag.behind = done
      return consumeLog(watchSegments(tools), {
        ...tools, filters, durable: 'inventory-reactor', leaseMs: 400, onOwnership: () => {}, onProblem: () => {},
        onDelivery: ({ sequence, ack }) => {
          seen.push(sequence)
          if (done || sequence === 3) ack()
        },
      })
    }
    const first = await work(false)
    await until('the next one was reached beside it', () => seen.includes(3))
    await first.close()
    seen.length = 0
    const second = await work(true)
    await until('the rest is done', () => seen.includes(2))
    expect(seen).toEqual([1, 2])
    await second.close()
  }, 20_000)

  it('is not asked for ids before it has them all', async () => {
    const tools = await connect()
    const { judge } = createSeam({ ...tools, heads: createSealedHeads(tools) })
    const chain = await watchSegments(tools).current()
    const again = { subject: stockSubject('old-2'), events: [eventNamed('old 2')] }
    await expect(judge(chain, again)).rejects.toMatchObject({ name: 'LogUnavailable', message: expect.stringContaining('behind the leader') })
    lag.behind = false
    expect(await judge(chain, again)).toBe('known')
    expect(await judge(chain, { subject: stockSubject('other'), events: [eventNamed('other')] })).toBe('new')
  })
})
