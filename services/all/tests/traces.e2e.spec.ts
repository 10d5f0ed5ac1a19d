import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { requirePort } from '@zyra/servers'
import { startCollector, type CollectedSpan, type Collector } from './collector.ts'
import {
  deliverShopify, etsyRow, itemAtOnePlace, sandboxControl, settled, SHOP, startSystem, storedEvents, until, type ShopifyVariant, type System,
} from './harness.ts'

const OUTSIDE = '00-11111111111111111111111111111111-2222222222222222-01'

const EMAIL = 'ann.grey@example.com'
const CUSTOMER = '9007199254741007'
const REDACT = `{"shop_id":954889,"shop_domain":"${SHOP}","customer":{"id":${CUSTOMER},"email":"${EMAIL}"},"orders_to_redact":[]}`

/** Of the log file. */
interface Line {
  readonly handler?: string
  readonly trace_id?: string
  readonly span_id?: string
}

describe('traces, where the gateway is one process and inventory another', () => {
  let system: System
  let collector: Collector
  let item: ShopifyVariant
  let inventoryUrl: string

  beforeAll(async () => {
    collector = await startCollector()
    system = await startSystem()
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'x-team=shop' }
    const inventory = await requirePort('127.0.0.1', 0, 'ZYRA_PORT')
    await system.startServices({ env: { ...env, ZYRA_SERVICES: 'gateway,orchestrator' } })
    const second = await system.startServices({ port: inventory, env: { ...env, ZYRA_SERVICES: 'inventory' } })
    await until('inventory to have read both channels', async () => (await storedEvents(system, ['zyra.demo.inventory.reconcile.*'])).length > 2)
    await settled({ js: system.js, gatewayUrl: second.url })
    inventoryUrl = second.url
    item = await itemAtOnePlace(system)
  }, 120_000)
  afterAll(async () => {
    await system.stop()
    await collector.close()
  }, 30_000)

  const deliver = async (available: number): Promise<string> => {
    const body = `{"inventory_item_id":${item.inventoryItemId},"location_id":${item.levels[0]?.locationId},"available":${available},"updated_at":null}`
    const triggeredAt = new Date(Date.now() + 5_000).toISOString()
    const delivery = { topic: 'inventory_levels/update', body, triggeredAt, webhookId: `w${available}`, eventId: `e${available}`, traceparent: OUTSIDE }
    expect(await deliverShopify(system.gatewayUrl, delivery)).toBe(200)
    await until('Etsy to follow', async () => (await etsyRow(system, item.sku)).sellable === available)
    return body
  }

  /** The spans from one up to where its trace begins. */
  const ancestry = (span: CollectedSpan, all: readonly CollectedSpan[]): readonly CollectedSpan[] => {
    const parent = all.find(({ spanId, traceId }) => spanId === span.parentId && traceId === span.traceId)
    return parent === undefined ? [span] : [span, ...ancestry(parent, all)]
  }

  test('one trace leads from the webhook to Etsy\'s answer', async () => {
    await deliver(7)
    const put = await until('the call to Etsy to be told', async () => {
      const spans = collector.spans()
      const hook = spans.find(({ name, parentId }) => name === 'POST /webhooks/shopify' && parentId === '')
      return spans.find(({ traceId, name }) => traceId === hook?.traceId && name.startsWith('append inventory.EtsyQuantitySet'))
    })
    const trace = collector.spans().filter(({ traceId }) => traceId === put.traceId)
    const call = trace.find(({ name }) => name.startsWith('PUT /etsy/v3/application/listings/{id}/inventory'))!
    expect(ancestry(call, trace).map(({ service, name, kind }) => [service, name, kind])).toEqual([
      ['zyra-inventory', 'PUT /etsy/v3/application/listings/{id}/inventory', 3],
      ['zyra-inventory', 'reactor set-etsy-quantity', 5],
      ['zyra-inventory', 'append inventory.StockObserved', 4],
      ['zyra-inventory', 'policy mirror-shopify-stock', 5],
      ['zyra-gateway', 'append gateway.ShopifyWebhookReceived', 4],
      ['zyra-gateway', 'POST /webhooks/shopify', 2],
    ])
    expect(call.attributes).toMatchObject({ 'http.request.method': 'PUT', 'http.response.status_code': 200, 'zyra.vendor': 'etsy' })
    const roots = trace.filter((span) => !trace.some(({ spanId }) => spanId === span.parentId))
    expect(roots.map(({ name }) => name)).toEqual(['POST /webhooks/shopify'])
    expect(new Set(trace.map(({ instance }) => instance)).size).toBe(2)
    expect(trace.filter(({ status }) => status === 2)).toEqual([])
  }, 60_000)

  test('the events of the trace carry it, and what came from outside is not continued', async () => {
    const events = await storedEvents(system, ['zyra.demo.gateway.shopify-webhook.*', 'zyra.demo.inventory.etsy-quantity.*'])
    const trace = collector.spans().find(({ name }) => name === 'POST /webhooks/shopify')!.traceId
    const types = events.filter(({ envelope }) => envelope.traceparent?.includes(trace)).map(({ envelope }) => envelope.type)
    expect(types).toEqual(['gateway.ShopifyWebhookReceived', 'runtime.EffectAttempted', 'inventory.EtsyQuantitySet'])
    expect(events.filter(({ envelope }) => envelope.traceparent?.includes('1111111111111111'))).toEqual([])
    expect(collector.spans().filter(({ traceId }) => traceId.includes('1111111111111111'))).toEqual([])
  })

  test('a vendor that fails shows as a failed try in the trace, and the line of the log file names it', async () => {
    await sandboxControl(system, '/etsy/faults', { kind: 'server-error', nextRequests: 1, where: { method: 'PUT' } })
    await deliver(5)
    const lines = () => readFileSync(join(system.dataDir, 'zyra.log'), 'utf8').split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line]))
    const line = lines().find(({ handler }) => handler === 'set-etsy-quantity')!
    const tried = await until('the failed try', async () => collector.spans().find(({ spanId }) => spanId === line.span_id))
    expect(tried).toMatchObject({ traceId: line.trace_id, name: 'reactor set-etsy-quantity', status: 2 })
    const call = collector.spans().find(({ parentId, kind, status }) => parentId === tried.spanId && kind === 3 && status === 2)
    expect(call).toMatchObject({ attributes: { 'http.request.method': 'PUT', 'http.response.status_code': 503, 'error.type': '503' } })
  }, 60_000)

  test('what is measured meanwhile is told as Prometheus wants it, and names no merchant and no item', async () => {
    const text = await (await fetch(`${system.gatewayUrl}/metrics`)).text() + await (await fetch(`${inventoryUrl}/metrics`)).text()
    for (const part of [
      'zyra_webhooks_total{vendor="shopify",answer="200"}', 'zyra_vendor_request_duration_seconds_count{service="inventory",vendor="etsy",outcome="503"} 1',
      'zyra_http_request_duration_seconds_count{method="POST",route="/webhooks/shopify",status="200"}', 'zyra_ready 1', 'zyra_disk_bytes{part="free"}',
      'zyra_events_appended_total{service="inventory",type="inventory.EtsyQuantitySet"}', 'zyra_gate_closed{service="inventory"} 0',
    ]) expect(text).toContain(part)
    expect(text.split('\n').filter((line) => line.includes('demo') || line.includes(item.inventoryItemId))).toEqual([])
  })

  test('nothing that is sent holds a secret or a person', async () => {
    await deliverShopify(system.gatewayUrl, { topic: 'customers/update', body: `{"id":${CUSTOMER},"email":"${EMAIL}"}` })
    await deliverShopify(system.gatewayUrl, { topic: 'customers/redact', body: REDACT })
    await until('the spans to be sent', async () => collector.spans().filter(({ name }) => name === 'POST /webhooks/shopify').length >= 3)
    await until('the erasure to be traced', async () => collector.spans().some(({ name }) => name.startsWith('reactor erase')))
    const raw = collector.raw().toString('latin1')
    for (const told of [EMAIL, CUSTOMER, item.inventoryItemId, 'sandbox-secret', 'refresh-token', 'shared-secret']) expect(raw).not.toContain(told)
    expect(collector.headers()).toMatchObject({ 'x-team': 'shop' })
  }, 60_000)
})
