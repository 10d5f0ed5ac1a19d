import { jetstreamManager } from '@nats-io/jetstream'
import { eventNamed } from '../test/events.ts'
import { startTestServer, type TestServer } from '../test/server.ts'
import { askApi } from './ask.ts'
import { watchLink, type Connection } from './link.ts'
import { LogRefused } from './log.ts'
import { inboxPrefixOf } from './permissions.ts'

describe('a service\'s credentials', () => {
  let server: TestServer
  let inventory: Connection
  beforeAll(async () => {
    server = await startTestServer()
    const nc = await server.connect('inventory')
    inventory = { nc, link: watchLink(nc) }
    const gateway = await server.open('gateway')
    await gateway.consume({ durable: 'gateway-policy', filters: ['zyra.>'], onDelivery: () => {}, onOwnership: () => {}, onProblem: () => {} })
  }, 60_000)
  afterAll(() => server.stop())

  const quickly = async (work: Promise<unknown>): Promise<void> => {
    const from = performance.now()
    await expect(work).rejects.toThrow(LogRefused)
    expect(performance.now() - from).toBeLessThan(500)
  }

  it.each([
    ['create a stream', 'STREAM.CREATE.OTHER', { name: 'OTHER', subjects: ['other.>'] }],
    ['change the log', 'STREAM.UPDATE.ZYRA', { name: 'ZYRA', subjects: ['zyra.>'] }],
    ['delete the log', 'STREAM.DELETE.ZYRA', undefined],
    ['purge the log', 'STREAM.PURGE.ZYRA', undefined],
    ['delete an event', 'STREAM.MSG.DELETE.ZYRA', { seq: 1 }],
    ['delete the keys', 'STREAM.DELETE.ZYRA_KEYS', undefined],
    ['purge the timers', 'STREAM.PURGE.ZYRA_TIMERS', undefined],
    ['delete another service\'s consumer', 'CONSUMER.DELETE.ZYRA.gateway-policy', undefined],
    ['set back another service\'s consumer', 'CONSUMER.RESET.ZYRA.gateway-policy', undefined],
    ['take another service\'s ownership', 'CONSUMER.UNPIN.ZYRA.gateway-policy', { group: 'owner' }],
    ['take another service\'s messages', 'CONSUMER.MSG.NEXT.ZYRA.gateway-policy', { batch: 1 }],
    ['change another service\'s consumer', 'CONSUMER.CREATE.ZYRA.gateway-policy', { stream_name: 'ZYRA', config: { durable_name: 'gateway-policy' } }],
  ])('cannot %s', (_, api, body) => quickly(askApi(inventory, api, body)))

  it('cannot make or delete a key where it records neither personal data nor erasures', async () => {
    const gateway = await server.open('gateway')
    const inventory = await server.open('inventory')
    const value = new Uint8Array(32).fill(7)
    expect(await gateway.keys.create('demo.person', value)).toBe('created')
    expect(await inventory.keys.get('demo.person')).toEqual(value)
    await quickly(inventory.keys.create('demo.another', value))
    await quickly(inventory.keys.delete('demo.person'))
    await (await server.open('orchestrator')).keys.delete('demo.person')
    expect(await gateway.keys.get('demo.person')).toBeUndefined()
  })

  it('cannot set another service\'s timer', async () => {
    const js = await server.open()
    await quickly(js.setTimer({ merchant: 'demo', service: 'gateway', timer: 'x', at: '2026-11-20T08:00:00Z' }))
  })

  it('cannot listen to another service\'s answers, nor to the log', async () => {
    for (const subject of [`${inboxPrefixOf('gateway')}.>`, 'zyra.>', 'keys.>']) {
      const heard = Promise.withResolvers<Error | undefined>()
      inventory.nc.subscribe(subject, { callback: (error) => heard.resolve(error ?? undefined) })
      expect(String(await heard.promise)).toMatch(/Permissions Violation for Subscription/)
    }
  })

  it('let the command line read the log and not write to it', async () => {
    const js = await server.open()
    await js.log.append({ subject: 'zyra.demo.inventory.stock.1', events: [eventNamed('read by all')] })
    const cli = await server.open('cli')
    expect(await cli.log.load('zyra.demo.inventory.stock.1')).toHaveLength(1)
    for await (const { events } of cli.log.follow({ filters: ['zyra.>'], fromSequence: 1, signal: AbortSignal.timeout(5_000) })) {
      expect(events).toHaveLength(1)
      break
    }
    await quickly(cli.log.append({ subject: 'zyra.demo.inventory.stock.1', events: [eventNamed('by the command line')] }))
    await quickly(cli.keys.create('demo.1', new Uint8Array(32)))
  })

  it('let the sealer read the log, and neither keys nor timers', async () => {
    const [inventory_, sealer] = [await server.open(), await server.open('sealer')]
    await inventory_.log.append({ subject: 'zyra.demo.inventory.stock.sealed', events: [eventNamed('read by the sealer')] })
    expect(await sealer.log.load('zyra.demo.inventory.stock.sealed')).toHaveLength(1)
    const last = await sealer.log.lastSequence()
    const raw: number[] = []
    for await (const part of sealer.readRaw({ from: last, to: last, signal: AbortSignal.timeout(5_000) })) raw.push(...part.map(({ sequence }) => sequence))
    expect(raw).toEqual([last])
    expect((await sealer.segments()).length).toBeGreaterThan(0)
    await quickly(sealer.keys.get('demo.person'))
    await quickly(sealer.keys.list(''))
    await quickly(sealer.isTimerSet({ merchant: 'demo', service: 'inventory', timer: 'x' }))
    const nc = await server.connect('sealer')
    for (const stream of ['ZYRA_KEYS', 'ZYRA_TIMERS', 'ZYRA_PROBES', 'ZYRA_SNAPSHOTS']) {
      await quickly(askApi({ nc, link: watchLink(nc) }, `CONSUMER.CREATE.${stream}`, { stream_name: stream, config: { ack_policy: 'none' } }))
      await quickly(askApi({ nc, link: watchLink(nc) }, `DIRECT.GET.${stream}`, { seq: 1 }))
    }
  })

  it('do not help against the log itself: it lets nobody delete or purge', async () => {
    const jsm = await jetstreamManager(await server.connect('admin'))
    const { config } = await jsm.streams.info('ZYRA')
    expect(config).toMatchObject({ deny_delete: true, deny_purge: true, allow_atomic: true, compression: 's2', storage: 'file' })
    await expect(jsm.streams.purge('ZYRA')).rejects.toThrow(/not permitted/)
    await expect(jsm.streams.deleteMessage('ZYRA', 1)).rejects.toThrow(/not permitted/)
  })
})
