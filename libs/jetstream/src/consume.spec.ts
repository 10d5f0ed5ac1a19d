import { jetstreamManager } from '@nats-io/jetstream'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { openTestConsumer, type TestConsumer } from '../test/consumer.ts'
import { eventNamed, stockSubject, until } from '../test/events.ts'
import { startTestServer, type TestServer } from '../test/server.ts'
import type { JetStream } from './open.ts'

const LEASE_MS = 600

describe('a consumer that has one owner', () => {
  let server: TestServer
  let js: JetStream
  let appended = 0
  const opened: TestConsumer[] = []
  beforeAll(async () => {
    server = await startTestServer()
    js = await server.open()
  }, 60_000)
  afterAll(() => server.stop())
  // Each story begins with a log of which everything was done with.
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()))
    await (await jetstreamManager(await server.connect('admin'))).consumers.delete('ZYRA', 'inventory-policy').catch(() => false)
  })

  const open = async (options: { ackAll?: boolean; ackWaitMs?: number; maxInFlight?: number; filters?: readonly string[] } = {}): Promise<TestConsumer> => {
    const consumer = await openTestConsumer(server, { leaseMs: LEASE_MS, maxInFlight: 1_000, ...options })
    opened.push(consumer)
    return consumer
  }
  const append = async (count: number): Promise<number[]> => {
    const results = await Promise.all(Array.from({ length: count }, () => {
      appended += 1
      return js.log.append({ subject: stockSubject(appended % 5), events: [eventNamed(`consume ${appended}`)] })
    }))
    return results.flatMap((result) => (result.status === 'appended' ? result.sequences : [])).toSorted((one, other) => one - other)
  }
  const last = (): Promise<number> => js.log.lastSequence()
  const upTo = (end: number): number[] => Array.from({ length: end }, (_, index) => index + 1)

  it('delivers everything in order to one of two, and nothing to the other', async () => {
    await append(300)
    const [one, other] = [await open({ ackAll: true }), await open({ ackAll: true })]
    await until('all is delivered', async () => one.sequences().length + other.sequences().length === (await last()))
    const [owner, idle] = one.owns() ? [one, other] : [other, one]
    expect(owner.owns()).toBe(true)
    expect(idle.owns()).toBe(false)
    expect(owner.sequences()).toEqual(upTo(await last()))
    expect(idle.generations).toEqual([])
    expect(await idle.state()).toMatchObject({ owner: false, owned: true })
    await until('all is acknowledged', async () => (await owner.state()).inFlight === 0)
    expect(await owner.state()).toEqual({ owner: true, owned: true, pending: 0, inFlight: 0 })
    expect(owner.deliveries()[0]?.read()).toMatchObject({ sequence: 1, envelope: { type: 'inventory.StockObserved' } })
  })

  it('is nobody\'s while there is nothing to deliver', async () => {
    const consumer = await open({ filters: [stockSubject('nothing-ever')] })
    expect(await consumer.state()).toEqual({ owner: false, owned: false, pending: 0, inFlight: 0 })
  })

  it('lets another take over when the owner\'s connection dies, although nothing new comes', async () => {
    await append(20)
    const [first, second] = [await open(), await open()]
    await until('one holds all', async () => first.sequences().length + second.sequences().length === (await last()))
    const [owner, heir] = first.owns() ? [first, second] : [second, first]
    owner.deliveries().filter(({ sequence }) => sequence % 2 === 1).forEach(({ ack }) => ack())
    await owner.flush()
    const from = performance.now()
    await owner.die()
    expect(owner.owns()).toBe(false)
    expect(owner.generations.at(-1)?.lost.aborted).toBe(true)
    await until('the other has all of it', async () => heir.sequences().at(-1) === (await last()))
    expect(performance.now() - from).toBeLessThan(3 * LEASE_MS)
    expect(heir.sequences()[0]).toBeLessThanOrEqual(2)
    expect(heir.sequences()).toEqual(upTo(await last()).slice((heir.sequences()[0] ?? 0) - 1))
  })

  it('stays with an owner that only holds messages, however full its hands are', async () => {
    await append(40)
    const owner = await open({ maxInFlight: 8 })
    await until('its hands are full', () => owner.sequences().length === 8)
    const rival = await open({ maxInFlight: 8 })
    const waited = performance.now() + 3 * LEASE_MS
    await until('the lease has passed thrice', () => performance.now() > waited)
    expect(owner.owns()).toBe(true)
    expect(owner.generations).toHaveLength(1)
    expect(owner.sequences()).toEqual(upTo(8))
    expect(rival.generations).toEqual([])
    owner.deliveries().forEach(({ ack }) => ack())
    await until('it goes on', () => owner.sequences().length === 16)
  })

  it('does not deliver again to its owner what it still works on', async () => {
    const sequences = await append(10)
    const owner = await open({ ackWaitMs: 400 })
    await until('it holds all', async () => owner.sequences().at(-1) === (await last()))
    const count = owner.sequences().length
    const waited = performance.now() + 900
    await until('the ack wait has passed twice', () => performance.now() > waited)
    expect(owner.sequences()).toHaveLength(count)
    const jsm = await jetstreamManager(await server.connect('admin'))
    expect(await jsm.consumers.info('ZYRA', 'inventory-policy')).toMatchObject({ num_ack_pending: count, num_redelivered: 0 })
    owner.deliveries().forEach(({ ack }) => ack())
    await until('all is acknowledged', async () => (await owner.state()).inFlight === 0)
    expect(owner.sequences().slice(-10)).toEqual(sequences)
  })

  it('goes to another at once when the owner closes', async () => {
    await append(10)
    const owner = await open()
    await until('it holds all', async () => owner.sequences().at(-1) === (await last()))
    const heir = await open()
    const from = performance.now()
    await owner.close()
    await until('the other has all of it', async () => heir.sequences().at(-1) === (await last()))
    expect(performance.now() - from).toBeLessThan(LEASE_MS / 2)
    expect(heir.sequences()[0]).toBe(1)
    expect(owner.owns()).toBe(false)
  })

  it('does not let a delivery of a former ownership be acknowledged', async () => {
    await append(10)
    const owner = await open()
    await until('it holds all', async () => owner.sequences().at(-1) === (await last()))
    const before = [...owner.deliveries()]
    await server.kill()
    await server.restart()
    await until('it has it all again', async () => owner.generations.length === 2 && owner.sequences().at(-1) === (await last()))
    before.forEach(({ ack }) => ack())
    await owner.flush()
    expect((await owner.state()).inFlight).toBe(await last())
    expect(owner.generations[0]?.lost.aborted).toBe(true)
  }, 20_000)

  it('goes on over restarts of the server, in order and without skipping', async () => {
    const owner = await open({ ackAll: true })
    for (let round = 0; round < 3; round += 1) {
      const appends = append(100)
      await until('some are delivered', () => owner.sequences().length > 0)
      await server.kill()
      await server.restart()
      await appends
    }
    const end = await last()
    await until('the last is delivered', () => owner.sequences().at(-1) === end)
    expect(new Set(owner.generations.flatMap(({ deliveries }) => deliveries.map(({ sequence }) => sequence)))).toEqual(new Set(upTo(end)))
    for (const { deliveries } of owner.generations) {
      const sequences = deliveries.map(({ sequence }) => sequence)
      expect(sequences).toEqual(sequences.map((_, index) => (sequences[0] ?? 0) + index))
    }
    await until('all is acknowledged', async () => (await owner.state()).inFlight === 0)
  }, 30_000)

  it('takes filters that are added later', async () => {
    const owner = await open({ ackAll: true, filters: [stockSubject(1)] })
    await append(5)
    await until('one in five is delivered', () => owner.sequences().length > 0)
    await owner.close()
    const wider = await open({ ackAll: true, filters: [stockSubject(1), stockSubject(2)] })
    const before = await last()
    await append(10)
    await until('both are delivered', () => wider.deliveries().filter(({ sequence }) => sequence > before).length === 4)
    const subjects = wider.deliveries().filter(({ sequence }) => sequence > before).map(({ subject }) => subject)
    expect(new Set(subjects)).toEqual(new Set([stockSubject(1), stockSubject(2)]))
  })

  it('is lost to a process that slept, which then neither acts nor acknowledges', async () => {
    await append(5)
    const { url, seed = '' } = server.optionsFor('inventory')
    const sleeper = spawn(process.execPath, ['--conditions=zyra-source', join(import.meta.dirname, '../test/owner.ts'), url, seed, String(LEASE_MS)], {
      stdio: ['pipe', 'pipe', 'inherit'], env: {},
    })
    const lines: string[] = []
    createInterface({ input: sleeper.stdout }).on('line', (line) => lines.push(line))
    const end = await last()
    await until('it holds all', () => lines.includes(`delivered ${end}`))
    sleeper.kill('SIGSTOP')
    const heir = await open()
    await until('the other has all of it', () => heir.sequences().at(-1) === end)
    const told = lines.length
    await append(3)
    sleeper.kill('SIGCONT')
    sleeper.stdin.write('acknowledge\n')
    await until('it has noticed', () => lines.some((line) => line.startsWith('owns')) && lines.includes('lost'))
    expect(lines.slice(told).filter((line) => line.startsWith('delivered'))).toEqual([])
    expect(lines).toContain('owns false')
    await until('the other goes on', async () => heir.sequences().at(-1) === (await last()))
    expect(heir.generations).toHaveLength(1)
    expect((await heir.state()).inFlight).toBe(await last())
    sleeper.kill('SIGKILL')
  }, 20_000)
})
