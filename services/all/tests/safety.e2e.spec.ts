import { inboxPrefixOf, LogRefused, openJetStream, subjectOf } from '@zyra/jetstream'
import { inventory } from '@zyra/inventory'
import { createLogger, Forbidden, loadConfig, run, type Running } from '@zyra/runtime'
import { entryId, eventId } from '@zyra/contracts'
import { setTimeout as delay } from 'node:timers/promises'
import { control, etsyRow, itemAtOnePlace, sandboxControl, settled, startSystem, storedEvents, until, type ShopifyVariant, type System } from './harness.ts'

describe('what must never happen', () => {
  let system: System
  let item: ShopifyVariant
  beforeAll(async () => {
    system = await startSystem()
    await system.startServices()
    await settled(system)
    item = await itemAtOnePlace(system)
  }, 90_000)
  afterAll(() => system.stop(), 30_000)

  const setStock = (available: number) => sandboxControl(system, '/shopify/stock', { sku: item.sku, available })
  const onEtsy = async () => (await etsyRow(system, item.sku)).sellable

  test("a service appends under another's name: the server refuses it", async () => {
    const seed = system.nats.seeds['inventory'] ?? ''
    const js = await openJetStream({ url: system.nats.url, name: 'test', inboxPrefix: inboxPrefixOf('inventory'), seed })
    const causationId = entryId('forged')
    const envelope = {
      id: eventId({ causationId, handler: 'forger', attempt: 1, index: 0 }), type: 'orchestrator.CallsResumed',
      source: 'zyra/demo/orchestrator/stop-switch/all',
      time: new Date().toISOString(), version: 1, correlationId: causationId, causationId, actor: 'forger', handler: 'forger', index: 0,
      deciderVersion: 0, attempt: 1, backfill: false,
    }
    const subject = subjectOf({ merchant: 'demo', service: 'orchestrator', aggregate: 'stop-switch', id: 'all' })
    await expect(js.log.append({ subject, events: [{ envelope, data: { by: 'forger' } }] })).rejects.toThrow(LogRefused)
    await js.close()
  })

  test('a call goes out without a permit, or from the sandbox merchant to a live address', async () => {
    const config = loadConfig({ env: { ...system.env, ZYRA_PORT: '0' } })
    const running: Running = await run([inventory], {
      config, natsUrl: system.nats.url, databaseUrl: system.postgres.url, sandboxOrigin: system.sandbox.origin,
      seedOf: (user) => system.nats.seeds[user], logger: createLogger('silent'),
    })
    const gate = running.services[0]?.context.gate
    const permit = { class: 'operational', effect: 'reads' } as const
    const { signal } = new AbortController()
    const call = (url: string) => gate?.pass('demo', permit, signal, () => gate.fetch(url))
    await expect(gate?.fetch(`${system.sandbox.origin}/healthz`)).rejects.toThrow(Forbidden)
    await expect(call('https://demo-shop.myshopify.com/admin/api/2026-10/graphql.json')).rejects.toThrow(Forbidden)
    await expect(call('https://openapi.etsy.com/v3/application/shops/1/listings')).rejects.toThrow(/sandbox merchant/)
    expect((await call(`${system.sandbox.origin}/healthz`))?.status).toBe(200)
    await running.close()
  }, 30_000)

  test('a call raises stock later than a second after everything was stopped; what lowers it still goes out, and resuming catches up', async () => {
    await setStock(6)
    await until('Etsy to follow', async () => (await onEtsy()) === 6)
    expect(await control(system, 'stop', { reason: 'test' })).toMatchObject({ status: 200 })
    const [stopped] = (await storedEvents(system, ['zyra._.orchestrator.stop-switch.*'])).slice(-1)
    // The bound is the promise: a call may begin until a second after.
    await delay(1_000)
    await setStock(4)
    await until('the lower number to go out', async () => (await onEtsy()) === 4)
    await setStock(9)
    await settled(system)
    expect(await onEtsy()).toBe(4)
    const outcomes = await storedEvents(system, ['zyra.demo.inventory.etsy-quantity.*'], stopped?.sequence)
    expect(outcomes.at(-1)?.envelope.type).toBe('inventory.EtsyQuantityRefused')
    expect(await control(system, 'resume', {})).toMatchObject({ status: 200 })
    await until('Etsy to catch up', async () => (await onEtsy()) === 9)
  }, 60_000)

  test('a merchant is called for while the whole installation is stopped: registered after the stop, or resumed alone', async () => {
    expect(await control(system, 'stop', { reason: 'test' })).toMatchObject({ status: 200, body: { answers: [{ merchant: '_' }] } })
    // The bound is the promise: a call may begin until a second after.
    await delay(1_000)
    const late = { merchant: 'late', mode: 'sandbox', shopDomain: 'late-shop.myshopify.com', etsyShopId: '99' }
    expect(await control(system, 'register', late)).toMatchObject({ status: 200 })
    const runs = async () => (await storedEvents(system, ['zyra.late.inventory.reconcile.*'])).filter(({ envelope }) => /Failed$/.test(envelope.type))
    await until('the first run to be refused', async () => (await runs()).length === 1)
    expect((await runs())[0]?.data).toEqual({ reason: 'everything is stopped' })
    // An attempt is recorded once the gate lets it through.
    const attempts = async () =>
      (await storedEvents(system, ['zyra.late.inventory.channels.*'])).filter(({ envelope }) => envelope.type === 'runtime.EffectAttempted')

    expect(await control(system, 'stop', { merchant: 'late' })).toMatchObject({ status: 200 })
    expect(await control(system, 'resume', { merchant: 'late' })).toMatchObject({ status: 200 })
    await until('the run after resuming one merchant to be refused', async () => (await runs()).length === 2)
    expect((await runs())[1]?.data).toEqual({ reason: 'everything is stopped' })
    expect(await attempts()).toEqual([])

    const [before] = (await storedEvents(system, ['zyra.*.inventory.reconcile.*'])).slice(-1)
    expect(await control(system, 'resume', {})).toMatchObject({ status: 200 })
    const started = async (merchant: string) =>
      (await storedEvents(system, [`zyra.${merchant}.inventory.reconcile.*`], (before?.sequence ?? 0) + 1))
        .some(({ envelope }) => envelope.type === 'inventory.ReconcileStarted')
    await until('a run of every merchant', async () => (await started('demo')) && (await started('late')))
    await until('the gate to let the late merchant through', async () => (await attempts()).length > 0)
    // Nothing of the installation's own switch is taken for a merchant with channels.
    expect(await storedEvents(system, ['zyra._.inventory.reconcile.*'])).toEqual([])
  }, 60_000)
})
