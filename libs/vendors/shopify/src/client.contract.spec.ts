import { randomUUID } from 'node:crypto'
import { ensureSubscriptions, shopifyClient, type ShopifyClient, type ShopifyResult, type VariantStock } from './index.ts'
import { openTestShop } from '../test/shop.ts'

/** The value of a call that must have succeeded. */
function value<T>(result: ShopifyResult<T>): T {
  if (!result.ok) throw new Error(`${result.error.kind}: ${result.error.message}`)
  return result.value
}
const kindOf = (result: ShopifyResult<unknown>) => (result.ok ? 'ok' : result.error.kind)

interface Subject {
  readonly client: ShopifyClient
  /** A variant of at least 3 pieces that the test may change. */
  readonly sku: string
  readonly close: () => Promise<void>
}

async function findVariant(client: ShopifyClient, sku: string): Promise<VariantStock> {
  let cursor: string | undefined
  do {
    const page = value(await client.variants(cursor)).value
    const found = page.items.find((item) => item.sku === sku)
    if (found !== undefined) return found
    cursor = page.next
  } while (cursor !== undefined)
  throw new Error(`The shop under test needs a variant with SKU ${sku}.`)
}

/** What holds for the fake and for a real development shop alike. */
function contract(open: () => Promise<Subject>) {
  let subject: Subject
  let variant: VariantStock
  beforeAll(async () => {
    subject = await open()
    variant = await findVariant(subject.client, subject.sku)
  })
  afterAll(() => subject.close())

  const place = () => {
    const level = variant.levels[0]
    if (level === undefined) throw new Error(`${subject.sku} needs a location.`)
    return { inventoryItemId: variant.inventoryItemId, locationId: level.locationId }
  }
  const available = async (): Promise<number> => {
    const item = value(await subject.client.inventoryItem(variant.inventoryItemId)).value
    return item?.levels.find(({ locationId }) => locationId === place().locationId)?.available ?? Number.NaN
  }
  const adjust = (key: string, delta: number, changeFromQuantity: number | null) =>
    subject.client.adjustAvailable({ idempotencyKey: key, reason: 'correction', changes: [{ ...place(), delta, changeFromQuantity }] })
  const set = (key: string, quantity: number, changeFromQuantity: number | null) =>
    subject.client.setAvailable({ idempotencyKey: key, reason: 'correction', changes: [{ ...place(), quantity, changeFromQuantity }] })

  it('reads the shop, with the time by Shopify\'s clock and the version that answered', async () => {
    const { value: shop, asOf, servedVersion } = value(await subject.client.shop())
    expect(shop.myshopifyDomain).toMatch(/\.myshopify\.com$/)
    expect(asOf).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{9}Z$/)
    expect(servedVersion).toBe('2026-10')
  })

  it('reads a variant with its item and its quantity at each location, ids as digits', () => {
    expect(variant).toMatchObject({ sku: subject.sku, tracked: true, inventoryItemId: expect.stringMatching(/^\d+$/) })
    expect(variant.levels[0]).toMatchObject({ locationId: expect.stringMatching(/^\d+$/), available: expect.any(Number) })
  })

  it('reads one item by its digits and by its gid', async () => {
    const byDigits = value(await subject.client.inventoryItem(variant.inventoryItemId)).value
    const byGid = value(await subject.client.inventoryItem(`gid://shopify/InventoryItem/${variant.inventoryItemId}`)).value
    expect(byDigits).toEqual(byGid)
    expect(byDigits?.levels).toEqual(variant.levels)
  })

  it('answers undefined for an item that does not exist', async () => {
    expect(value(await subject.client.inventoryItem('1')).value).toBeUndefined()
  })

  it('sets a quantity that is what the caller expects', async () => {
    const before = await available()
    value(await set(randomUUID(), before + 2, before))
    expect(await available()).toBe(before + 2)
    value(await set(randomUUID(), before, null))
    expect(await available()).toBe(before)
  })

  it('leaves a quantity that is not what the caller expects', async () => {
    const before = await available()
    expect(kindOf(await set(randomUUID(), 99, before + 1))).toBe('stale')
    expect(kindOf(await adjust(randomUUID(), 1, before + 1))).toBe('stale')
    expect(await available()).toBe(before)
  })

  it('carries a write out once, however often it is sent with the same key', async () => {
    const before = await available()
    const key = randomUUID()
    const first = value(await adjust(key, 1, null))
    const again = value(await adjust(key, 1, null))
    expect(again.adjustmentGroupId).toBe(first.adjustmentGroupId)
    expect(await available()).toBe(before + 1)
    value(await adjust(randomUUID(), -1, null))
  })

  it('refuses other input under a used key', async () => {
    const before = await available()
    const key = randomUUID()
    value(await adjust(key, 1, null))
    expect(kindOf(await adjust(key, 2, null))).toBe('idempotency-mismatch')
    expect(await available()).toBe(before + 1)
    value(await adjust(randomUUID(), -1, null))
  })

  it('declines an unknown item, and with it the whole write', async () => {
    const before = await available()
    const good = { ...place(), delta: 1, changeFromQuantity: null }
    const changes = [good, { ...good, inventoryItemId: '1' }]
    const result = await subject.client.adjustAvailable({ idempotencyKey: randomUUID(), reason: 'correction', changes })
    expect(result).toMatchObject({ ok: false, error: { kind: 'rejected', userErrors: [{ code: 'INVALID_INVENTORY_ITEM' }] } })
    expect(await available()).toBe(before)
  })

  it('reads orders by when they changed', async () => {
    const page = value(await subject.client.ordersUpdatedSince(new Date('2020-01-01T00:00:00Z'))).value
    expect(page.items.map(({ updatedAt }) => updatedAt)).toEqual(page.items.map(({ updatedAt }) => updatedAt).sort())
    expect(value(await subject.client.ordersUpdatedSince(new Date('2099-01-01T00:00:00Z'))).value.items).toEqual([])
  })

  it('subscribes what is missing, keeps what is there, and ends a subscription', async () => {
    const uri = `https://example.com/zyra-contract/${randomUUID()}`
    const topics = ['inventory_levels/update', 'orders/create']
    expect(value(await ensureSubscriptions(subject.client, topics, uri)).created).toEqual(['INVENTORY_LEVELS_UPDATE', 'ORDERS_CREATE'])
    expect(value(await ensureSubscriptions(subject.client, topics, uri)).created).toEqual([])
    expect(value(await ensureSubscriptions(subject.client, ['orders/create'], `${uri}/moved`)).created).toEqual(['ORDERS_CREATE'])
    expect(kindOf(await subject.client.subscribe('orders/create', uri))).toBe('rejected')
    const mine = value(await subject.client.subscriptions()).filter((subscription) => subscription.uri.startsWith(uri))
    expect(mine.map(({ topic }) => topic).sort()).toEqual(['INVENTORY_LEVELS_UPDATE', 'ORDERS_CREATE', 'ORDERS_CREATE'])
    for (const { id } of mine) value(await subject.client.unsubscribe(id))
    expect(value(await subject.client.subscriptions()).filter((subscription) => subscription.uri.startsWith(uri))).toEqual([])
  })
}

describe('shopifyClient against the fake shop', () => {
  contract(async () => {
    const { client, fake } = await openTestShop()
    fake.placeOrder({ lines: [{ sku: 'PRINT-2', quantity: 1 }] })
    fake.placeOrder({ lines: [{ sku: 'PRINT-3', quantity: 1 }] })
    return { client, sku: 'MUG-RED', close: fake.close }
  })
})

// A development shop with a tracked variant ZYRA-CONTRACT; the app needs read and write of products, inventory and orders.
const { SHOPIFY_CONTRACT_SHOP: shop, SHOPIFY_CONTRACT_TOKEN: accessToken } = process.env
const realShop = shop !== undefined && accessToken !== undefined ? describe : describe.skip

realShop('shopifyClient against a real shop', () => {
  contract(async () => {
    const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
    const client = shopifyClient({ shop: shop ?? '', token: async () => accessToken ?? '', fetch, clock: () => new Date(), sleep })
    return { client, sku: 'ZYRA-CONTRACT', close: async () => undefined }
  })
})
