import { createServer } from 'node:http'
import { createDeliverer } from './deliverer.ts'
import type { Attempt, DelivererOptions } from './deliverer.ts'
import { compressSchedule } from './delivery.ts'
import { createFaults } from './faults.ts'
import type { FaultPlanInput } from './plan.ts'
import { manualTime } from './time.ts'

const schedule = { connectTimeoutMs: 1000, answerTimeoutMs: 5000, retryDelaysMs: [10_000, 60_000] }

const receiver = async (answer: (seen: number) => number | 'hang' = () => 200) => {
  const got: { body: string; headers: NodeJS.Dict<string | string[]> }[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      got.push({ body: Buffer.concat(chunks).toString('utf8'), headers: request.headers })
      const status = answer(got.length)
      if (status !== 'hang') response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const stop = () => new Promise((resolve) => {
    server.close(resolve)
    server.closeAllConnections()
  })
  return { got, url: `http://127.0.0.1:${port}/hooks`, stop }
}

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

describe('createDeliverer', () => {
  const open: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close()
  })

  const setUp = async (answer?: (seen: number) => number | 'hang', plan: FaultPlanInput = {}, over: Partial<DelivererOptions> = {}) => {
    const to = await receiver(answer)
    const time = manualTime(new Date('2026-11-20T00:00:00Z'))
    const faults = createFaults({ plan, clock: time.clock })
    const deliverer = createDeliverer({ faults, schedule, clock: time.clock, scheduler: time.scheduler, ...over })
    open.push(to.stop, deliverer.close)
    const deliver = (id: string, url = to.url) => {
      const headers = { 'x-id': id, 'content-type': 'application/json' }
      deliverer.deliver({ id, topic: 'orders/paid', url, headers, body: `{"id":"${id}"}` })
    }
    return { to, time, deliverer, deliver, order: () => to.got.map(({ headers }) => headers['x-id']) }
  }

  it('delivers the body byte for byte with its headers, once', async () => {
    const { to, deliverer, deliver } = await setUp()
    deliver('a')
    await deliverer.idle()
    expect(to.got).toMatchObject([{ body: '{"id":"a"}', headers: { 'x-id': 'a', 'content-length': '10' } }])
    expect(deliverer.attempts()).toMatchObject([
      { deliveryId: 'a', number: 1, outcome: 'delivered', status: 200, at: '2026-11-20T00:00:00.000Z' },
    ])
  })

  it('tries again after the pauses of the schedule, redirects included, and then gives up', async () => {
    const told: Attempt[] = []
    const answers = [302, 500, 404]
    const { time, deliverer, deliver } = await setUp((seen) => answers[seen - 1] ?? 200, {}, { onAttempt: (attempt) => told.push(attempt) })
    deliver('a')
    await until(() => told.length === 1)
    await until(() => time.untilNext() === 10_000)
    time.advance(9999)
    expect(deliverer.pending()).toBe(1)
    time.advance(1)
    await until(() => told.length === 2)
    await until(() => time.untilNext() === 60_000)
    time.advance(60_000)
    await deliverer.idle()
    expect(told.map(({ number, status, outcome }) => [number, status, outcome]))
      .toEqual([[1, 302, 'failed'], [2, 500, 'failed'], [3, 404, 'abandoned']])
  })

  it('survives a receiver that is away and reaches it when it is back', async () => {
    const away = await receiver()
    await away.stop()
    const { to, time, deliverer, deliver } = await setUp()
    deliver('a', away.url)
    deliver('b')
    await until(() => deliverer.attempts().length === 2)
    const failed = deliverer.attempts().find(({ deliveryId }) => deliveryId === 'a')
    expect(failed).toMatchObject({ outcome: 'failed', error: expect.stringContaining('ECONNREFUSED') })
    expect(to.got).toHaveLength(1)
    await until(() => time.waiting() === 1)
    expect(deliverer.pending()).toBe(1)
  })

  it('gives up on an answer that takes too long', async () => {
    const { to, time, deliverer, deliver } = await setUp(() => 'hang')
    deliver('a')
    await until(() => to.got.length === 1)
    time.advance(5000)
    await until(() => deliverer.attempts().length === 1)
    expect(deliverer.attempts()[0]).toMatchObject({ outcome: 'failed', error: 'The receiver was still answering after 5000 ms.' })
  })

  it('asks for the headers of each attempt when they depend on it', async () => {
    const { to, time, deliverer } = await setUp((seen) => (seen === 1 ? 500 : 200))
    const headers = ({ number, at }: { number: number; at: Date }) => ({ 'x-sent': `${number}@${at.toISOString()}` })
    deliverer.deliver({ id: 'a', topic: 't', url: to.url, headers, body: '' })
    await until(() => time.untilNext() === 10_000)
    time.advance(10_000)
    await deliverer.idle()
    expect(to.got.map(({ headers }) => headers['x-sent'])).toEqual(['1@2026-11-20T00:00:00.000Z', '2@2026-11-20T00:00:10.000Z'])
  })

  it('drops what the plan drops, and records that', async () => {
    const { to, deliverer, deliver } = await setUp(undefined, { faults: [{ kind: 'drop-webhook', nextRequests: 1 }] })
    deliver('a')
    deliver('b')
    await deliverer.idle()
    expect(to.got).toHaveLength(1)
    expect(deliverer.attempts()).toMatchObject([
      { deliveryId: 'a', number: 0, outcome: 'dropped' },
      { deliveryId: 'b', outcome: 'delivered' },
    ])
  })

  it('duplicates, also hours later', async () => {
    const plan: FaultPlanInput = { faults: [{ kind: 'duplicate-webhook', copies: 2, afterMs: 3_600_000 }] }
    const { order, time, deliver, deliverer } = await setUp(undefined, plan)
    deliver('a')
    await until(() => deliverer.attempts().length === 1)
    expect(order()).toEqual(['a'])
    time.advance(3_600_000)
    await deliverer.idle()
    expect(order()).toEqual(['a', 'a', 'a'])
  })

  it('delays', async () => {
    const plan: FaultPlanInput = { faults: [{ kind: 'delay-webhook', ms: 500, nextRequests: 1 }] }
    const { order, time, deliver, deliverer } = await setUp(undefined, plan)
    deliver('a')
    expect(time.untilNext()).toBe(500)
    time.advance(500)
    await deliverer.idle()
    expect(order()).toEqual(['a'])
  })

  it('lets later webhooks overtake', async () => {
    const { order, to, deliver, deliverer } = await setUp(undefined, { faults: [{ kind: 'reorder-webhook', nextRequests: 1, behind: 2 }] })
    deliver('a')
    deliver('b')
    await until(() => to.got.length === 1)
    deliver('c')
    await deliverer.idle()
    expect(order()[0]).toBe('b')
    expect(order().toSorted()).toEqual(['a', 'b', 'c'])
  })

  it('does not hold a webhook back for ever when nothing follows', async () => {
    const { order, time, deliver, deliverer } = await setUp(undefined, { faults: [{ kind: 'reorder-webhook', maxWaitMs: 800 }] })
    deliver('a')
    time.advance(800)
    await deliverer.idle()
    expect(order()).toEqual(['a'])
  })

  it('stops cleanly in the middle of everything', async () => {
    const plan: FaultPlanInput = { faults: [{ kind: 'delay-webhook', ms: 500, where: { path: '/nowhere' } }] }
    const { to, time, deliver, deliverer } = await setUp(() => 'hang', plan)
    deliver('a')
    deliver('b', 'http://127.0.0.1:9/nowhere')
    await until(() => to.got.length === 1)
    await deliverer.close()
    expect([deliverer.pending(), time.waiting()]).toEqual([0, 0])
    deliver('c')
    expect(deliverer.pending()).toBe(0)
    expect(deliverer.attempts()).toMatchObject([{ deliveryId: 'a', outcome: 'abandoned' }])
  })

  it('compresses the pauses, not the limits', () => {
    expect(compressSchedule(schedule, 100)).toEqual({ connectTimeoutMs: 1000, answerTimeoutMs: 5000, retryDelaysMs: [100, 600] })
  })
})
