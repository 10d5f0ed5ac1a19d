import { ERASED } from '@zyra/contracts'
import { projectionStates } from '@zyra/postgres'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  deliverShopify, etsyRow, mirrored, sandboxControl, seededRandom, settled, shopifyVariants, storedEvents, until, webhooksDelivered,
} from './harness.ts'
import { prepareInstallation, type Installation, type Life } from './installation.ts'
import { repeatedDecisions, repeatedIds, timesKept } from './log-checks.ts'

const WEBHOOKS = ['zyra.demo.gateway.shopify-webhook.*']
const SHOP = '"shop_id":954889,"shop_domain":"demo-shop.myshopify.com"'

/** Ann is erased before the backup, Bea after it, Cleo never. */
const PEOPLE = { ann: '9007199254740001', bea: '9007199254740002', cleo: '9007199254740003' } as const
type Person = keyof typeof PEOPLE

const orderOf = (customer: string, name: string, filler = ''): string =>
  `{"id":${customer}5,"name":"#1001","email":"${name}@example.com","note":"${filler}",` +
  `"line_items":[{"sku":"NO-SUCH","quantity":1,"variant_id":1}],"customer":{"id":${customer},"email":"${name}@example.com"}}`
const order = (name: Person): string => orderOf(PEOPLE[name], name)
const redact = (name: Person): string =>
  `{${SHOP},"customer":{"id":${PEOPLE[name]},"email":"${name}@example.com"},"orders_to_redact":[${PEOPLE[name]}5]}`

describe('a machine that is lost', () => {
  let installation: Installation
  let life: Life
  let backup: string
  const before = new Map<string, number>()
  const acknowledgedBefore = new Set<string>()
  const sold = new Map<string, number>()
  const random = seededRandom(24)

  beforeAll(async () => {
    installation = await prepareInstallation()
    life = await installation.start()
    await settled(life)
    for (const { sku, available } of await shopifyVariants(life)) before.set(sku, available ?? 0)
  }, 120_000)
  afterAll(() => installation.stop(), 30_000)

  const deliver = async (topic: string, body: string, webhookId: string): Promise<void> => {
    await until(`${webhookId} to be taken`, async () => (await deliverShopify(life.gatewayUrl, { topic, body, webhookId })) === 200)
  }
  const erased = async () => (await storedEvents(life, ['zyra.demo.orchestrator.erasure-effect.*']))
    .filter(({ envelope }) => envelope.type === 'orchestrator.KeysErased')
  const erase = async (name: Person): Promise<void> => {
    const already = (await erased()).length
    await deliver('customers/redact', redact(name), `redact-${name}`)
    await until(`${name} to be erased`, async () => (await erased()).length > already)
  }
  /** The bodies of a person's orders as somebody with all keys reads them, by delivery. */
  const bodies = async (): Promise<Readonly<Record<string, string>>> => {
    const opened = await Promise.all((await storedEvents(life, WEBHOOKS)).map((event) => life.codec.open(event)))
    const data = opened.map((event) => event.data as { readonly webhookId: string; readonly body: string })
    return Object.fromEntries(data.flatMap(({ webhookId, body }) => (webhookId.startsWith('order-') ? [[webhookId, body]] : [])))
  }
  const buy = async (channel: 'shopify' | 'etsy', sku: string): Promise<void> => {
    // The last piece would end the listing, and putting it up again costs a fee, which Zyra leaves to a person.
    if ((await etsyRow(life, sku)).sellable < 5) return
    const went = await sandboxControl(life, '/orders', { channel, sku }).then(() => true, () => false)
    if (went) sold.set(sku, (sold.get(sku) ?? 0) + 1)
  }
  const trade = async (signal: AbortSignal): Promise<void> => {
    const skus = (await mirrored(life)).map(({ sku }) => sku)
    while (!signal.aborted) {
      await buy(random() < 0.5 ? 'etsy' : 'shopify', skus[Math.floor(random() * skus.length)] ?? '')
      await delay(20)
    }
  }

  /** Somebody new each time, with so much to say that it becomes an object: a key and a file for every event. */
  const talk = async (signal: AbortSignal): Promise<void> => {
    for (let n = 0; !signal.aborted; n += 1) {
      const body = orderOf(`80000000${n}`, `talker${n}`, 'x'.repeat(300_000))
      await deliverShopify(life.gatewayUrl, { topic: 'orders/create', body, webhookId: `order-talk-${n}` })
    }
  }
  const objects = (): number => {
    const folder = join(installation.dataDir, 'objects')
    return existsSync(folder) ? readdirSync(folder).length : 0
  }

  test('has a backup, taken while orders came in', async () => {
    await deliver('orders/create', order('ann'), 'order-ann')
    await deliver('orders/create', order('bea'), 'order-bea')
    await deliver('orders/create', order('cleo'), 'order-cleo')
    await erase('ann')
    const ended = new AbortController()
    const trading = Promise.all([trade(ended.signal), talk(ended.signal)])
    await until('large bodies', async () => objects() > 3, 90_000)
    await until('webhooks', async () => (await storedEvents(life, WEBHOOKS)).length > 25, 60_000)
    for (const { data } of await storedEvents(life, WEBHOOKS)) acknowledgedBefore.add((data as { webhookId: string }).webhookId)
    mkdirSync(join(installation.folder, 'backups'), { recursive: true })
    const { code, said } = await installation.zyra('backup', join(installation.folder, 'backups'))
    await delay(500)
    ended.abort()
    await trading
    expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining('Keep it like money') })
    const [name = ''] = readdirSync(join(installation.folder, 'backups'))
    backup = join(installation.folder, 'backups', name)
    const verified = await installation.zyra('backup', 'verify', backup, '--try')
    expect({ ...verified }).toEqual({ code: 0, said: expect.stringMatching(/is whole[^]*\d large (body|bodies) found/) })
    console.info(said, verified.said)
  }, 180_000)

  test('goes on trading and erases a customer, and then there is nothing left of it', async () => {
    await deliver('orders/create', order('bea'), 'order-bea-later')
    await erase('bea')
    const ended = new AbortController()
    const trading = trade(ended.signal)
    await delay(1_500)
    await life.kill()
    ended.abort()
    await trading
    rmSync(installation.dataDir, { recursive: true })
    expect(existsSync(installation.dataDir)).toBe(false)
  }, 60_000)

  test('comes back from the backup, in a new epoch, with nothing missing that was acknowledged before it', async () => {
    const { code, said } = await installation.zyra('restore', backup)
    console.info(said)
    expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/goes on in epoch 2[^]*deleted again: 1 key erased since/) })
    mkdirSync(join(installation.dataDir, 'restoring'))
    await expect(installation.start()).rejects.toThrow(/A restore into .* is under way, or was cut short/)
    rmdirSync(join(installation.dataDir, 'restoring'))
    life = await installation.start()
    await webhooksDelivered(life, 240_000)
    await settled(life, 120_000)
    expect(life.js.log.epoch).toBe(2)
    const kept = timesKept(await storedEvents(life, WEBHOOKS))
    expect(acknowledgedBefore.size).toBeGreaterThan(20)
    expect([...acknowledgedBefore].filter((id) => kept.get(id) !== 1)).toEqual([])
    const all = await storedEvents(life, ['zyra.>'])
    expect(repeatedIds(all)).toEqual([])
    expect(repeatedDecisions(all)).toEqual([])
    const epochs = all.map(({ envelope }) => envelope.epoch)
    expect(epochs).toEqual(epochs.toSorted())
    expect(new Set(epochs)).toEqual(new Set([1, 2]))
    expect((await projectionStates(life.db)).map(({ position }) => position.epoch)).toEqual([2])
  }, 300_000)

  test('reads neither who was erased before the backup nor who was erased after it, and says so in the log', async () => {
    const { 'order-ann': ann, 'order-bea': bea, 'order-cleo': cleo } = await bodies()
    expect({ ann, bea }).toEqual({ ann: ERASED, bea: ERASED })
    expect(cleo).toContain('cleo@example.com')
    const unreadable = Object.entries(await bodies()).filter(([, body]) => body === ERASED)
    expect(unreadable.map(([id]) => id).toSorted()).toEqual(['order-ann', 'order-bea'])
    const opened = JSON.stringify(await Promise.all((await storedEvents(life, ['zyra.>'])).map((event) => life.codec.open(event))))
    const tables = JSON.stringify(await life.db.query('select * from zyra.inventory_stock'))
    for (const place of [opened, tables, readFileSync(join(installation.dataDir, 'zyra.log'), 'utf8')]) {
      expect(place).not.toContain('ann@example.com')
      expect(place).not.toContain('bea@example.com')
    }
    expect((await erased()).map(({ envelope: { epoch, actor } }) => [epoch, actor])).toEqual([[1, 'reactor:erase-keys'], [2, 'runtime:restore']])
    const told = await storedEvents(life, ['zyra.demo.orchestrator.restore.*'])
    expect(told.map(({ data }) => data)).toEqual([expect.objectContaining({ epoch: 2, erasures: 1, register: 'found' })])
  }, 30_000)

  test('has read both channels, which agree, and every piece that was sold was taken off once', async () => {
    const runs = await storedEvents(life, ['zyra.demo.inventory.reconcile.*'])
    expect(runs.map(({ data }) => data)).toContainEqual(expect.objectContaining({ because: 'the log was restored' }))
    await settled(life)
    const wrong = async () => (await mirrored(life)).filter(({ expected, sellable }) => expected !== sellable)
    expect(await wrong()).toEqual([])
    const off = (await shopifyVariants(life)).flatMap(({ sku, available }) => {
      const expected = (before.get(sku) ?? 0) - (sold.get(sku) ?? 0)
      return available === null || available === expected ? [] : [{ sku, available, expected }]
    })
    expect([...sold.values()].reduce((sum, pieces) => sum + pieces, 0)).toBeGreaterThan(50)
    expect(off).toEqual([])
  }, 60_000)

  test('explains every row and every decision of both epochs', async () => {
    const { code, said } = await installation.zyra('replay', '--verify')
    expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining('explains everything') })
    expect(said).not.toContain('DIFFERENT')
    expect((await installation.zyra('doctor')).said).toContain('All is well.')
    console.info({ acknowledgedBefore: acknowledgedBefore.size, events: await life.js.log.lastSequence() })
  }, 60_000)
})
