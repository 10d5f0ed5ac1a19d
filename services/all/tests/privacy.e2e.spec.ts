import { ERASED } from '@zyra/contracts'
import { inventory } from '@zyra/inventory'
import { compare, rebuild, rows } from '@zyra/postgres'
import { sourceOf } from '@zyra/runtime'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deliverShopify, settled, startSystem, storedEvents, until, type System } from './harness.ts'
import { openReaders, stockRows, type Readers } from './readers.ts'

const CUSTOMER = '115310627314723954'
const ORDER = '820982911946154508'
const EMAIL = 'ada.lovelace@example.com'
const NAME = 'Lovelace'

const customer = `"customer":{"id":${CUSTOMER},"email":"${EMAIL}","last_name":"${NAME}"}`
const order = `{"id":${ORDER},"name":"#1001","email":"${EMAIL}","line_items":[{"sku":"MUG-BLUE","quantity":1,"variant_id":1}],${customer}}`
const fulfilment = `{"id":77,"order_id":${ORDER},"email":"${EMAIL}","destination":{"last_name":"${NAME}"}}`
const ofShop = '"shop_id":954889,"shop_domain":"demo-shop.myshopify.com"'
const redact = `{${ofShop},${customer},"orders_to_redact":[${ORDER}]}`
const dataRequest = `{${ofShop},${customer},"orders_requested":[${ORDER}],"data_request":{"id":9}}`

const WEBHOOKS = ['zyra.demo.gateway.shopify-webhook.*']

describe('a customer', () => {
  let system: System
  let readers: Readers
  beforeAll(async () => {
    system = await startSystem()
    await system.startServices()
    await settled(system)
    readers = await openReaders(system)
    expect(await deliverShopify(system.gatewayUrl, { topic: 'orders/create', body: order, webhookId: 'the-order' })).toBe(200)
    expect(await deliverShopify(system.gatewayUrl, { topic: 'fulfillments/create', body: fulfilment, webhookId: 'the-fulfilment' })).toBe(200)
    await settled(system)
  }, 90_000)
  afterAll(async () => {
    await readers.close()
    await system.stop()
  }, 30_000)

  /** The bodies of the customer's deliveries as somebody with all keys reads them now. */
  const bodies = async (): Promise<readonly string[]> => {
    const stored = await storedEvents(system, WEBHOOKS)
    const opened = await Promise.all(stored.map((event) => readers.codec.open(event)))
    return opened.flatMap(({ data }) => {
      const { webhookId, body } = data as { webhookId: string; body: string }
      return webhookId.startsWith('the-') ? [body] : []
    })
  }

  const stock = async () => (await rows(readers.db, stockRows).find('demo', {}, { limit: 1_000 })).found.map(({ key, row }) => [key, row.available])

  test('stands in the log in no readable form, and comes back byte for byte to who has the key', async () => {
    const everything = JSON.stringify(await storedEvents(system, ['zyra.>']))
    expect(everything).not.toContain(EMAIL)
    expect(everything).not.toContain(NAME)
    expect(await bodies()).toEqual([order, fulfilment])
  })

  test('who asks for their data gets it in a file, for the merchant to hand over', async () => {
    expect(await deliverShopify(system.gatewayUrl, { topic: 'customers/data_request', body: dataRequest })).toBe(200)
    const [exported] = await until('the export', async () => {
      const events = await storedEvents(system, ['zyra.demo.orchestrator.data-request-effect.*'])
      const done = events.filter(({ envelope }) => envelope.type === 'orchestrator.DataExported')
      return done.length > 0 && done
    })
    const { file } = exported?.data as { file: string }
    const text = readFileSync(join(system.dataDir, file), 'utf8')
    expect(text).toContain(EMAIL)
    expect(JSON.parse(text)).toMatchObject({ customer: CUSTOMER })
  }, 30_000)

  test('who is erased leaves no trace in events, rows and logs, while rebuilding still works and totals stay', async () => {
    const before = await stock()
    expect(await deliverShopify(system.gatewayUrl, { topic: 'customers/redact', body: redact, webhookId: 'the-redaction' })).toBe(200)
    await until('the keys to be deleted', async () =>
      (await storedEvents(system, ['zyra.demo.orchestrator.erasure-effect.*'])).some(({ envelope }) => envelope.type === 'orchestrator.KeysErased'))
    await settled(system)
    await until('the keys to leave the caches', async () => (await bodies()).every((body) => body === ERASED))

    const everything = JSON.stringify(await Promise.all((await storedEvents(system, ['zyra.>'])).map((event) => readers.codec.open(event))))
    const log = readFileSync(join(system.dataDir, 'zyra.log'), 'utf8')
    const tables = JSON.stringify(await readers.db.query('select * from zyra.inventory_stock'))
    const exported = JSON.stringify(readdirSync(join(system.dataDir, 'exports', 'demo')))
    expect(exported).toBe('[]')
    for (const place of [everything, log, tables]) {
      expect(place).not.toContain(EMAIL)
      expect(place).not.toContain(NAME)
    }
    const context = { log: system.js.log, codec: readers.codec, db: readers.db, service: inventory.name, signal: AbortSignal.timeout(60_000) }
    await rebuild(readers.db, stockRows, sourceOf(context, stockRows, 0))
    expect(await compare(readers.db, stockRows)).toMatchObject({ identical: true })
    expect(await stock()).toEqual(before)
  }, 60_000)

  test('whose redaction is delivered again has nothing happen twice', async () => {
    const before = await storedEvents(system, ['zyra.demo.orchestrator.erasure.*'])
    expect(await deliverShopify(system.gatewayUrl, { topic: 'customers/redact', body: redact, webhookId: 'the-redaction' })).toBe(200)
    await settled(system)
    expect((await storedEvents(system, ['zyra.demo.orchestrator.erasure.*'])).length).toBe(before.length)
  }, 30_000)
})
