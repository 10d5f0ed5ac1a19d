import { readFileSync } from 'node:fs'
import { buildSchema, isEnumType } from 'graphql'
import { isKnownTopic, knownTopics, parseExactJson, parseWebhookBody, personOf, schemaFor, topicKey } from './index.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('parseExactJson', () => {
  it('keeps every digit of integers beyond 2^53 and leaves other numbers alone', () => {
    const text = '[820982911946154508,12,9007199254740991,9007199254740992,-9007199254740993,1.5,1e21]'
    expect(parseExactJson(text)).toEqual(['820982911946154508', 12, 9007199254740991, '9007199254740992', '-9007199254740993', 1.5, 1e21])
  })

  it('does not touch digits inside strings', () => {
    expect(parseExactJson('{"note":"820982911946154508"}')).toEqual({ note: '820982911946154508' })
  })
})

describe('parseWebhookBody', () => {
  it.each([
    ['a broken text', bytes('{"email":"jo@example.com"'), 'it does not parse'],
    ['an empty body', bytes(''), 'it does not parse'],
    ['bytes that are no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'it is not UTF-8'],
  ])('explains %s without quoting it', (_case, raw, reason) => {
    const parsed = parseWebhookBody(raw)
    expect(parsed).toEqual({ ok: false, problem: expect.stringContaining(reason) })
    expect(JSON.stringify(parsed)).not.toContain('example.com')
  })

  it('survives absurd nesting', () => {
    expect(parseWebhookBody(bytes('['.repeat(200_000))).ok).toBe(false)
    expect(parseWebhookBody(bytes('['.repeat(200_000) + ']'.repeat(200_000))).ok).toBe(false)
  })
})

describe('topics', () => {
  const sdl = readFileSync(new URL('../../schema/admin-2026-10.graphql', import.meta.url), 'utf8')

  it('are those of the official schema and the three compliance topics', () => {
    const official = buildSchema(sdl).getType('WebhookSubscriptionTopic')
    const values = isEnumType(official) ? official.getValues().map(({ name }) => name) : []
    expect(values.length).toBeGreaterThan(200)
    expect([...knownTopics].sort()).toEqual([...values, 'CUSTOMERS_DATA_REQUEST', 'CUSTOMERS_REDACT', 'SHOP_REDACT'].sort())
  })

  it.each([
    'orders/create', 'ORDERS_CREATE', 'customer.tags_added', 'customers/redact', 'fulfillment_orders/line_items_prepared_for_pickup',
  ])('know %s', (topic) => {
    expect(isKnownTopic(topic)).toBe(true)
  })

  it('do not know what Shopify does not name', () => {
    expect(isKnownTopic('orders/exploded')).toBe(false)
    expect(isKnownTopic('constructor')).toBe(false)
    expect(topicKey('orders/create')).toBe('ORDERS_CREATE')
  })
})

describe('schemaFor', () => {
  it.each([
    ['inventory_levels/update',
      '{"inventory_item_id":271878346596884015,"location_id":24826418,"available":null,"updated_at":"2026-11-20T06:00:00-05:00"}',
      { inventory_item_id: '271878346596884015', location_id: '24826418', available: null, updated_at: '2026-11-20T06:00:00-05:00' }],
    ['inventory_levels/update', '{"inventory_item_id":7,"location_id":8,"available":-3}',
      { inventory_item_id: '7', location_id: '8', available: -3 }],
    ['orders/create',
      '{"id":820982911946154508,"name":"#1","line_items":[{"sku":null,"quantity":2,"variant_id":null}],"customer":{"id":1,"email":"a"}}',
      { id: '820982911946154508', name: '#1', line_items: [{ sku: null, quantity: 2, variant_id: null }], customer: { id: '1' } }],
    ['customers/redact', '{"shop_id":1,"shop_domain":"d.myshopify.com","customer":{"id":2,"email":"a@b.c"},"orders_to_redact":[3]}',
      { shop_id: '1', shop_domain: 'd.myshopify.com', customer: { id: '2' }, orders_to_redact: ['3'] }],
    ['customers/data_request', '{"shop_id":1,"shop_domain":"d.myshopify.com","customer":{"id":2},"data_request":{"id":9}}',
      { shop_id: '1', shop_domain: 'd.myshopify.com', customer: { id: '2' }, orders_requested: [], data_request: { id: '9' } }],
    ['shop/redact', '{"shop_id":1,"shop_domain":"d.myshopify.com"}', { shop_id: '1', shop_domain: 'd.myshopify.com' }],
    ['APP_UNINSTALLED', '{"id":1,"name":"Demo","myshopify_domain":null}', { id: '1', name: 'Demo', myshopify_domain: null }],
  ])('reads a body of %s', (topic, text, expected) => {
    expect(schemaFor(topic)?.parse(parseExactJson(text))).toEqual(expected)
  })

  it('refuses a quantity that is no whole number and an id that lost its digits', () => {
    const schema = schemaFor('inventory_levels/update')
    expect(schema?.safeParse({ inventory_item_id: 1, location_id: 2, available: '4' }).success).toBe(false)
    expect(schema?.safeParse({ inventory_item_id: JSON.parse('271878346596884015'), location_id: 2, available: 4 }).success).toBe(false)
  })

  it('has none for topics whose body is only stored', () => {
    expect(schemaFor('themes/update')).toBeUndefined()
    expect(schemaFor('constructor')).toBeUndefined()
  })
})

describe('personOf', () => {
  it.each([
    ['orders/create', { id: '820982911946154508', customer: { id: 115 } }, { orderId: '820982911946154508', customerId: '115' }],
    ['orders/create', { id: 5, customer: null }, { orderId: '5' }],
    ['orders/edited', { order_edit: { id: 3, order_id: 4 } }, { orderId: '4' }],
    ['customers/update', { id: 6, default_address: { customer_id: 6 } }, { customerId: '6' }],
    ['customers/redact', { shop_id: 1, customer: { id: 2 }, orders_to_redact: [3] }, { customerId: '2' }],
    ['customers_marketing_consent/update', { customer_id: 8 }, { customerId: '8' }],
    ['customer.tags_added', { customerId: 'gid://shopify/Customer/9' }, { customerId: '9' }],
    ['customers/merge', { admin_graphql_api_customer_kept_id: 'gid://shopify/Customer/1' }, { customerId: '1' }],
    ['refunds/create', { id: 1, order_id: 2 }, { orderId: '2' }],
    ['returns/request', { id: 1, order: { id: 12, admin_graphql_api_id: 'gid://shopify/Order/12' } }, { orderId: '12' }],
    ['subscription_contracts/create',
      { admin_graphql_api_customer_id: 'gid://shopify/Customer/3', admin_graphql_api_origin_order_id: 'gid://shopify/Order/4' },
      { customerId: '3', orderId: '4' }],
    ['products/update', { id: 1, variants: [{ id: 2 }] }, {}],
    ['customer_groups/create', { id: 1 }, {}],
    ['orders/create', null, {}],
    ['orders/create', [1], {}],
    ['orders/create', { id: 1.5, order_id: 'gid://shopify/DraftOrder/1' }, {}],
  ])('names whom a body of %s is about', (topic, body, expected) => {
    expect(personOf(topic, body)).toEqual(expected)
  })
})
