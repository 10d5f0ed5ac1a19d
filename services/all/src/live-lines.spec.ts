import { ERASED } from '@zyra/contracts'
import type { EventMeta } from '@zyra/es'
import { recorded, shopifyWebhook as webhook } from '@zyra/testing'
import { initialLiveState, liveLine } from './live-lines.ts'

type Event = Parameters<typeof liveLine>[1]

/** The lines that these events are worth, one after the other. */
const linesOf = (...events: readonly Event[]): string[] => {
  let state = initialLiveState
  return events.flatMap((event) => {
    const [next, line] = liveLine(state, event)
    state = next
    return line ?? []
  })
}

const of = (aggregateId: string, causationId?: string): Partial<EventMeta> => ({ aggregateId, ...(causationId === undefined ? {} : { causationId }) })
const identified = (item = '1', sku = 'MUG-BLUE') => recorded('inventory.ItemIdentified', { sku, title: sku }, of(item))
const observed = (before: number | null, available: number | null, { total = available, via = 'webhook', item = '1', cause = `${before} ${available}` }: {
  readonly total?: number | null; readonly via?: 'webhook' | 'read'; readonly item?: string; readonly cause?: string
} = {}) => recorded('inventory.StockObserved', { location: '7', before, available, total, at: '2026-11-20T08:00:00.000000000Z', via }, of(item, cause))
const decided = (quantity: number, cause: string, item = '1') => recorded('inventory.EtsyQuantityDecided', {
  listingId: '1001', sku: 'MUG-BLUE', available: quantity, buffer: 2, before: null, quantity, lowers: false, because: 'stock changed',
}, of(item, cause))
const set = (quantity: number, item = '1') => recorded('inventory.EtsyQuantitySet', {
  listingId: '1001', sku: 'MUG-BLUE', quantity, before: null, written: true, renewed: false, alsoZeroed: [],
}, of(item))
const order = (quantity: number, sku: string | null = 'MUG-BLUE') =>
  webhook('orders/create', JSON.stringify({ id: 1, name: '#1', line_items: [{ sku, quantity, variant_id: 2 }] }))

describe('the live lines', () => {
  it('tell a sale from Shopify to Etsy in one line', () => {
    expect(linesOf(identified(), order(2), observed(7, 5), decided(5, '7 5'), set(5))).toEqual(['Shopify sold 2 x MUG-BLUE -> stock 5 -> Etsy 5'])
  })

  it('tell a change without an order by the difference', () => {
    expect(linesOf(identified(), observed(7, 4), decided(4, '7 4'), set(4))).toEqual(['Shopify lowered MUG-BLUE by 3 -> stock 4 -> Etsy 4'])
  })

  it('tell that new stock came', () => {
    expect(linesOf(identified(), observed(1, 9), decided(9, '1 9'), set(9))).toEqual(['Shopify restocked 8 x MUG-BLUE -> stock 9 -> Etsy 9'])
  })

  it('tell a sale on Etsy when Shopify follows, and what Shopify sells meanwhile as ever', () => {
    const withheld = (countedAt: string | null) => recorded('inventory.SaleWithheld', { transactionId: '7001', quantity: 1, location: '7', countedAt }, of('1'))
    const before = [identified(), withheld(null), decided(4, 'sale'), set(4)]
    const counted = withheld('2026-11-20T08:00:00.000000000Z')
    expect(linesOf(...before, counted, observed(5, 4))).toEqual(['Etsy sold 1 x MUG-BLUE -> Shopify 4'])
    expect(linesOf(...before, observed(5, 4), counted, order(1), observed(4, 3), decided(3, '4 3'), set(3)))
      .toEqual(['Etsy sold 1 x MUG-BLUE -> Shopify 4', 'Shopify sold 1 x MUG-BLUE -> stock 3 -> Etsy 3'])
  })

  it('tell what reconcile found', () => {
    expect(linesOf(identified(), observed(9, 5, { via: 'read' }), decided(5, '9 5'), set(5))).toEqual(['Reconcile found MUG-BLUE changed -> stock 5 -> Etsy 5'])
  })

  it('tell a sale over several locations once, with the stock that is left in all', () => {
    const events = [observed(3, 0, { total: 4, cause: 'first' }), decided(4, 'first'), observed(4, 3, { total: 3, cause: 'second' }), decided(3, 'second')]
    expect(linesOf(identified(), order(4), ...events, set(3))).toEqual(['Shopify sold 4 x MUG-BLUE -> stock 3 -> Etsy 3'])
  })

  it('forget a change that made no difference to Etsy when the next one comes', () => {
    const unseen = observed(1, 0)
    expect(linesOf(identified(), unseen, observed(0, 10), decided(10, '0 10'), set(10))).toEqual(['Shopify restocked 10 x MUG-BLUE -> stock 10 -> Etsy 10'])
  })

  it('tell nothing about the first sight of an item, nor about one that Shopify does not track', () => {
    expect(linesOf(identified(), observed(null, 5), decided(5, 'null 5'), set(5))).toEqual([])
    expect(linesOf(identified(), observed(5, null), set(5))).toEqual([])
  })

  it('keep items apart, and name the one that they know no SKU of by its id', () => {
    const [ours, theirs] = [[observed(7, 6), decided(6, '7 6')], [observed(3, 2, { item: '2', cause: 'other' }), decided(2, 'other', '2')]]
    expect(linesOf(identified(), ...ours, ...theirs, set(2, '2'), set(6)))
      .toEqual(['Shopify lowered item 2 by 1 -> stock 2 -> Etsy 2', 'Shopify lowered MUG-BLUE by 1 -> stock 6 -> Etsy 6'])
  })

  it('do not count an order twice', () => {
    expect(linesOf(identified(), order(2), observed(7, 5), decided(5, '7 5'), set(5), observed(5, 4), decided(4, '5 4'), set(4)))
      .toEqual(['Shopify sold 2 x MUG-BLUE -> stock 5 -> Etsy 5', 'Shopify lowered MUG-BLUE by 1 -> stock 4 -> Etsy 4'])
  })

  it.each([ERASED, '{"id":1}'])('go on after an order that cannot be read any more: %s', (body) => {
    expect(linesOf(identified(), webhook('orders/create', body), observed(7, 6), decided(6, '7 6'), set(6)))
      .toEqual(['Shopify lowered MUG-BLUE by 1 -> stock 6 -> Etsy 6'])
  })

  it('pass over lines of an order without SKU, and over other deliveries', () => {
    expect(linesOf(order(2, null), webhook('products/update', '{}'))).toEqual([])
  })

  it('tell that Etsy refused, once', () => {
    const refused = recorded('inventory.EtsyQuantityRefused', { listingId: '1001', sku: 'MUG-BLUE', quantity: 5, reason: 'the listing has ended' }, of('1'))
    expect(linesOf(identified(), observed(7, 5), decided(5, '7 5'), refused, set(5))).toEqual(['Etsy refused 5 x MUG-BLUE: the listing has ended'])
  })

  it('name the item that is parked, and the command to look', () => {
    expect(linesOf(identified(), parked(5)))
      .toEqual(['Parked: set-etsy-quantity gave up on MUG-BLUE (no answer); npx zyra parked show set-etsy-quantity~inventory~stock~1'])
  })

  it('tell drift', () => {
    expect(linesOf(identified(), recorded('inventory.DriftFound', { listingId: '1001', decided: 5, found: 9 }, of('1'))))
      .toEqual(['Etsy sold 9 x MUG-BLUE where 5 were decided: it is set right'])
  })

  const parked = (tries: number) => recorded('runtime.HandlerParked', {
    handler: 'set-etsy-quantity', kind: 'reactor', subject: 'zyra.demo.inventory.stock.1', sequence: 7, tries, error: 'no answer',
  }, of('set-etsy-quantity~inventory~stock~1'))

  const [all, clay] = [{ merchant: '_' }, { merchant: 'clay' }]

  const lines: readonly (readonly [Event, readonly string[]])[] = [
    [recorded('gateway.WebhookQuarantined', {
      vendor: 'etsy', topic: null, shop: null, webhookId: null, reason: 'Not JSON.', headers: {},
      bodyEncoding: 'utf8', body: '', customerId: null, orderId: null,
    }), ['A delivery of etsy was put in quarantine: Not JSON.']],
    [recorded('inventory.ReconcileFinished', { items: 42 }), ['Reconcile: both channels read, 42 items']],
    [recorded('inventory.ReconcileFailed', { reason: 'Etsy cannot be read' }), ['Reconcile failed: Etsy cannot be read']],
    [recorded('orchestrator.CallsStopped', { level: 'everything', by: 'ann', reason: '' }, all),
      ['Everything is stopped; only what lowers stock still goes out']],
    [recorded('orchestrator.CallsStopped', { level: 'autopilot', by: 'ann', reason: '' }, clay), ['Autopilot is paused for clay']],
    [recorded('orchestrator.CallsResumed', { by: 'ann' }, all), ['Calls go out again']],
    [recorded('orchestrator.CallsResumed', { by: 'ann' }, clay), ['Calls go out again for clay']],
    [recorded('orchestrator.MerchantRegistered', { mode: 'live', shopDomain: 'clay.myshopify.com', etsyShopId: '1', at: null }, clay),
      ['clay is registered (live): clay.myshopify.com']],
    [recorded('orchestrator.MerchantUninstalled', { shopDomain: 'clay.myshopify.com' }, clay),
      ['clay.myshopify.com removed the app: nothing is called for clay any more']],
    [recorded('orchestrator.KeysErased', { keyIds: ['a', 'b'] }), ['Personal data erased: 2 keys deleted']],
    [recorded('orchestrator.DataExported', { file: 'exports/a.json', sha256: 'ab', events: 1 }), ['A customer asked for their data: exports/a.json']],
    [parked(5), ['Parked: set-etsy-quantity gave up on item 1 (no answer); npx zyra parked show set-etsy-quantity~inventory~stock~1']],
    [parked(0), []],
    [recorded('inventory.BufferSet', { buffer: 3 }), []],
  ]

  it.each(lines.map(([event, expected]) => ({ event, expected })))('are as a person reads them: $event.type', ({ event, expected }) => {
    expect(linesOf(event)).toEqual(expected)
  })
})
