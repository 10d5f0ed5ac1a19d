import { memoryLog } from '@zyra/testing'
import { subjectOf } from '@zyra/jetstream'
import { outgoing, until } from '../test/kit.ts'
import { readSwitches } from './gate-view.ts'
import { followMerchants } from './merchants.ts'

const setUp = () => {
  const log = memoryLog()
  const stopped = new AbortController()
  const problems: string[] = []
  const append = (merchant: string, aggregate: string, type: string, data: unknown, version = 1) => {
    const address = { merchant, service: 'orchestrator', aggregate, id: merchant }
    const unique = { version, time: new Date(1_790_000_000_000 + log.events().length).toISOString() }
    return log.append({ subject: subjectOf(address), events: [outgoing(address, { type, data }, unique)] })
  }
  const register = (merchant: string, mode: 'sandbox' | 'live', shopDomain = `${merchant}.myshopify.com`) =>
    append(merchant, 'merchant', 'orchestrator.MerchantRegistered', { mode, shopDomain, etsyShopId: `etsy-${merchant}` })
  const uninstall = (merchant: string) => append(merchant, 'merchant', 'orchestrator.MerchantUninstalled', { shopDomain: `${merchant}.myshopify.com` })
  const follow = () => followMerchants(log, { signal: stopped.signal, onProblem: (problem) => void problems.push(problem), pause: async () => stopped.abort() })
  return { log, stopped, problems, append, register, uninstall, follow }
}

describe('the merchants', () => {
  let it_: ReturnType<typeof setUp>
  beforeEach(() => {
    it_ = setUp()
  })
  afterEach(() => it_.stopped.abort())

  it('are known by name, shop domain and Etsy shop from the start', async () => {
    await it_.register('demo', 'sandbox')
    await it_.register('shop', 'live')
    const merchants = await it_.follow()
    expect(merchants.all().map(({ name, mode, installed }) => [name, mode, installed])).toEqual([['demo', 'sandbox', true], ['shop', 'live', true]])
    const found = [merchants.byName('shop'), merchants.byShopDomain('SHOP.myshopify.com'), merchants.byEtsyShop('etsy-shop')]
    expect(found.map((one) => one?.name)).toEqual(['shop', 'shop', 'shop'])
    expect(merchants.byName('stranger')).toBeUndefined()
  })

  it('are followed from then on', async () => {
    const merchants = await it_.follow()
    await it_.register('demo', 'sandbox')
    await until(() => merchants.byName('demo') !== undefined)
    await it_.uninstall('demo')
    await until(() => merchants.byName('demo')?.installed === false)
    expect(merchants.byShopDomain('demo.myshopify.com')?.name).toBe('demo')
  })

  it('stay known after the app was removed, but behind one that has it', async () => {
    await it_.register('old', 'live', 'same.myshopify.com')
    await it_.uninstall('old')
    await it_.register('new', 'live', 'same.myshopify.com')
    const merchants = await it_.follow()
    expect(merchants.byShopDomain('same.myshopify.com')?.name).toBe('new')
    expect(merchants.byName('old')?.installed).toBe(false)
  })

  it('never change between sandbox and live, whatever the log says later', async () => {
    await it_.register('demo', 'sandbox')
    await it_.register('demo', 'live')
    expect((await it_.follow()).byName('demo')?.mode).toBe('sandbox')
  })

  it('are not guessed from what a newer release wrote', async () => {
    const merchants = await it_.follow()
    await it_.append('demo', 'merchant', 'orchestrator.MerchantRegistered', { mode: 'live' }, 3)
    await until(() => it_.problems.length > 0)
    const why = 'the list of merchants is not followed: orchestrator.MerchantRegistered has version 3'
    expect([merchants.all(), it_.problems]).toEqual([[], [expect.stringContaining(why)]])
  })
})

describe('the view of the gate', () => {
  it('shows the last turn of each switch, and the modes', async () => {
    const it_ = setUp()
    await it_.register('demo', 'sandbox')
    const stop = (merchant: string, level: string) => it_.append(merchant, 'stop-switch', 'orchestrator.CallsStopped', { level, by: 'anna', reason: 'test' })
    await stop('_', 'everything')
    await it_.append('_', 'stop-switch', 'orchestrator.CallsResumed', { by: 'anna' })
    await stop('demo', 'autopilot')
    const { stops, modes, removed } = await readSwitches(it_.log, await it_.follow())
    expect([[...stops], [...modes], [...removed]]).toEqual([[['_', 'nothing'], ['demo', 'autopilot']], [['demo', 'sandbox']], []])
    it_.stopped.abort()
  })

  it('shows who removed the app, until it is there again', async () => {
    const it_ = setUp()
    await it_.register('demo', 'sandbox')
    await it_.uninstall('demo')
    const merchants = await it_.follow()
    const removed = async () => [...(await readSwitches(it_.log, merchants)).removed]
    expect(await removed()).toEqual(['demo'])
    await it_.register('demo', 'sandbox')
    await until(() => merchants.byName('demo')?.installed === true)
    expect(await removed()).toEqual([])
    it_.stopped.abort()
  })

  it('is not guessed from a switch of an unknown version', async () => {
    const it_ = setUp()
    await it_.append('_', 'stop-switch', 'orchestrator.CallsStopped', { level: 'half' }, 2)
    await expect(readSwitches(it_.log, { all: () => [] })).rejects.toMatchObject({ name: 'UnknownEventVersion' })
  })
})
