import { shopifyClient, type ShopifyClientOptions, type ShopifyResult } from './index.ts'
import { openTestShop, until } from '../test/shop.ts'

type TestShop = Awaited<ReturnType<typeof openTestShop>>

const kindOf = (result: ShopifyResult<unknown>) => (result.ok ? 'ok' : result.error.kind)
const errorOf = (result: ShopifyResult<unknown>) => (result.ok ? undefined : result.error)

describe('shopifyClient when things go wrong', () => {
  const shops: TestShop[] = []
  const open = async (...args: Parameters<typeof openTestShop>): Promise<TestShop> => {
    const shop = await openTestShop(...args)
    shops.push(shop)
    return shop
  }
  afterEach(async () => {
    for (const { fake, time } of shops.splice(0)) {
      time.advance(3_600_000)
      await fake.close()
    }
  })

  const stock = ({ fake }: TestShop) => fake.variant('MUG-RED').levels[0]?.available
  const add = ({ fake, client }: Pick<TestShop, 'fake' | 'client'>, delta: number, idempotencyKey = 'a-key', signal?: AbortSignal) => {
    const { inventoryItemId, levels } = fake.variant('MUG-RED')
    const change = { inventoryItemId, locationId: levels[0]?.locationId ?? '', delta, changeFromQuantity: null }
    return client.adjustAvailable({ idempotencyKey, reason: 'correction', changes: [change] }, { signal })
  }

  describe('rate limit', () => {
    it('waits before it would exceed the bucket, so that Shopify never has to throttle it', async () => {
      const shop = await open({ bucketSize: 1000 })
      let throttled = 0
      const watching: typeof fetch = async (...args) => {
        const response = await fetch(...args)
        if ((await response.clone().text()).includes('THROTTLED')) throttled += 1
        return response
      }
      const client = shopifyClient({ ...shop.clientOptions, fetch: watching })
      for (let read = 0; read < 20; read += 1) expect(kindOf(await client.variants())).toBe('ok')
      expect(shop.naps.length).toBeGreaterThan(0)
      expect(throttled).toBe(0)
    })

    it('waits as long as its cost takes to be restored when another client has emptied the bucket', async () => {
      const shop = await open({ bucketSize: 1000 })
      const other = shopifyClient(shop.clientOptions)
      for (let read = 0; read < 3; read += 1) await other.variants()
      const before = shop.naps.length
      expect(kindOf(await shop.client.variants())).toBe('ok')
      expect(shop.naps.slice(before).reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(0)
    })

    it('obeys Retry-After, and waits a second where there is none', async () => {
      const shop = await open()
      shop.fake.faults.set({ faults: [{ kind: 'rate-limit', retryAfterSeconds: 7, nextRequests: 1, where: { operation: 'ZyraShop' } }] })
      expect(kindOf(await shop.client.shop())).toBe('ok')
      shop.fake.faults.set({ faults: [{ kind: 'rate-limit', nextRequests: 1, where: { operation: 'ZyraShop' } }] })
      expect(kindOf(await shop.client.shop())).toBe('ok')
      expect(shop.naps).toEqual([7000, 1000])
    })

    it('gives up after five times', async () => {
      const shop = await open()
      shop.fake.faults.set({ faults: [{ kind: 'rate-limit', where: { operation: 'ZyraInventoryAdjust' } }] })
      expect(kindOf(await add(shop, 1))).toBe('throttled')
      expect(shop.naps).toHaveLength(5)
      expect(stock(shop)).toBe(5)
    })

    it('stops waiting when the caller aborts', async () => {
      const shop = await open()
      const caller = new AbortController()
      const sleep: ShopifyClientOptions['sleep'] = async (_ms, signal) => {
        caller.abort()
        signal?.throwIfAborted()
      }
      shop.fake.faults.set({ faults: [{ kind: 'rate-limit', where: { operation: 'ZyraShop' } }] })
      const client = shopifyClient({ ...shop.clientOptions, sleep })
      expect(kindOf(await client.shop({ signal: caller.signal }))).toBe('aborted')
    })
  })

  describe('tokens', () => {
    it('asks for a new one after 24 hours', async () => {
      const shop = await open()
      const first = await shop.token()
      expect(await shop.token()).toBe(first)
      shop.time.advance(24 * 60 * 60 * 1000)
      expect(kindOf(await shop.client.shop())).toBe('ok')
      expect(await shop.token()).not.toBe(first)
    })

    it('asks for a new one when Shopify refuses the one it has', async () => {
      const shop = await open()
      shop.fake.faults.set({ faults: [{ kind: 'expired-token', nextRequests: 1, where: { operation: 'ZyraInventoryAdjust' } }] })
      expect(kindOf(await add(shop, 1))).toBe('ok')
      expect(stock(shop)).toBe(6)
    })

    it('is unauthorized when a new one is refused too', async () => {
      const shop = await open()
      const client = shopifyClient({ ...shop.clientOptions, token: async () => 'shpat_wrong' })
      expect(kindOf(await client.shop())).toBe('unauthorized')
    })

    it('has not sent anything when there is no token to be had', async () => {
      const shop = await open()
      shop.fake.uninstall()
      expect(errorOf(await add(shop, 1))).toMatchObject({ kind: 'unavailable', mayHaveHappened: false })
      shop.fake.install()
      expect(kindOf(await add(shop, 1))).toBe('ok')
    })

    it('is asked for once by callers at the same time', async () => {
      const shop = await open()
      const tokens = await Promise.all([shop.token(), shop.token(), shop.token()])
      expect(new Set(tokens).size).toBe(1)
      expect(shop.fake.state().tokens).toHaveLength(1)
    })
  })

  describe('outages', () => {
    it.each(['server-error', 'reset-before-effect'] as const)('cannot know after %s, and may send the write again', async (kind) => {
      const shop = await open()
      shop.fake.faults.set({ faults: [{ kind, nextRequests: 1, where: { operation: 'ZyraInventoryAdjust' } }] })
      expect(errorOf(await add(shop, 1))).toMatchObject({ kind: 'unavailable', mayHaveHappened: true })
      expect(stock(shop)).toBe(5)
      expect(kindOf(await add(shop, 1))).toBe('ok')
      expect(stock(shop)).toBe(6)
    })

    const afterEffect = ['server-error-after-effect', 'reset-after-effect', 'malformed-json'] as const
    it.each(afterEffect)('changes nothing twice after %s', async (kind) => {
      const shop = await open()
      shop.fake.faults.set({ faults: [{ kind, nextRequests: 1, where: { operation: 'ZyraInventoryAdjust' } }] })
      expect(errorOf(await add(shop, 1))).toMatchObject({ mayHaveHappened: true })
      expect(stock(shop)).toBe(6)
      expect(kindOf(await add(shop, 1))).toBe('ok')
      expect(stock(shop)).toBe(6)
    })

    it('knows that a read has no effect', async () => {
      const shop = await open()
      shop.fake.faults.set({ faults: [{ kind: 'server-error', where: { operation: 'ZyraShop' } }] })
      expect(errorOf(await shop.client.shop())).toMatchObject({ kind: 'unavailable', mayHaveHappened: false })
    })

    it('gives up a request after its time limit', async () => {
      const shop = await open({ timeoutMs: 50, mutationMs: 60_000 })
      expect(errorOf(await add(shop, 1))).toMatchObject({ kind: 'unavailable', mayHaveHappened: true })
    })

    it('ends a request when the caller aborts', async () => {
      const shop = await open({ mutationMs: 60_000 })
      const caller = new AbortController()
      const running = add(shop, 1, 'a-key', caller.signal)
      await until(() => Object.keys(shop.fake.state().attempts).length === 1)
      caller.abort()
      expect(errorOf(await running)).toMatchObject({ kind: 'aborted', mayHaveHappened: true })
    })
  })

  describe('idempotency', () => {
    it('waits while another request with the same key is running, and gets its result', async () => {
      const shop = await open({ mutationMs: 1000 })
      const first = add(shop, 1)
      await until(() => Object.keys(shop.fake.state().attempts).length === 1)
      const second = await add(shop, 1)
      expect(kindOf(await first)).toBe('ok')
      expect(kindOf(second)).toBe('ok')
      expect(shop.naps).toEqual([250, 500, 1000])
      expect(stock(shop)).toBe(6)
    })

    it('says so when it is still running after that', async () => {
      const shop = await open({ mutationMs: 60_000 })
      void add(shop, 1)
      await until(() => Object.keys(shop.fake.state().attempts).length === 1)
      expect(kindOf(await add(shop, 1))).toBe('idempotency-in-progress')
    })

    it('needs a new key after an attempt that failed', async () => {
      const shop = await open()
      const { inventoryItemId, levels } = shop.fake.variant('MUG-RED')
      const change = { inventoryItemId, locationId: levels[0]?.locationId ?? '', quantity: 4 }
      const set = (idempotencyKey: string, changeFromQuantity: number) =>
        shop.client.setAvailable({ idempotencyKey, reason: 'correction', changes: [{ ...change, changeFromQuantity }] })
      expect(kindOf(await set('one', 9))).toBe('stale')
      expect(kindOf(await set('one', 9))).toBe('idempotency-failed')
      expect(kindOf(await set('two', 5))).toBe('ok')
    })

    it('carries a write out again when its key is older than 24 hours', async () => {
      const shop = await open()
      await add(shop, 1)
      shop.time.advance(24 * 60 * 60 * 1000 - 1)
      await add(shop, 1)
      expect(stock(shop)).toBe(6)
      shop.time.advance(1)
      await add(shop, 1)
      expect(stock(shop)).toBe(7)
    })
  })

  describe('answers', () => {
    it('reads all pages of variants, each variant once', async () => {
      const shop = await open()
      const first = await shop.client.variants()
      const second = first.ok ? await shop.client.variants(first.value.value.next) : first
      const items = [first, second].flatMap((page) => (page.ok ? page.value.value.items : []))
      expect(items).toHaveLength(31)
      expect(new Set(items.map(({ sku }) => sku)).size).toBe(31)
      expect(second.ok && second.value.value.next).toBeUndefined()
    })

    it('reads every location of an item that has more than fit on a page', async () => {
      const locations = Array.from({ length: 23 }, (_, index) => `Place ${index + 1}`)
      const stockAt = Object.fromEntries(locations.map((name, index) => [name, index]))
      const products = [{ title: 'Mug', variants: [{ title: 'Blue', sku: 'MUG', price: '1.00', stock: stockAt }] }]
      const shop = await open({ catalogue: { name: 'Many', locations, products } })
      const read = await shop.client.variants()
      const levels = read.ok ? read.value.value.items[0]?.levels : undefined
      expect(levels?.map(({ available }) => available)).toEqual(locations.map((_, index) => index))
    })

    it('has no quantity for an item that is not tracked', async () => {
      const shop = await open()
      const read = await shop.client.inventoryItem(shop.fake.variant('GIFT').inventoryItemId)
      expect(read.ok && read.value.value).toMatchObject({ tracked: false, levels: [{ available: null }] })
    })

    it('orders a read by Shopify\'s clock, not by ours, and never too late', async () => {
      const shop = await open()
      shop.fake.faults.set({ faults: [{ kind: 'clock-skew', ms: 3_600_000 }] })
      const read = await shop.client.shop()
      expect(read.ok && read.value.asOf).toBe('2026-11-20T09:00:00.000000000Z')
    })

    it('takes off the time that a read was under way, since a change may have come in meanwhile', async () => {
      const shop = await open()
      const slowly: typeof fetch = async (...args) => {
        const response = await fetch(...args)
        shop.time.advance(1500)
        return response
      }
      const read = await shopifyClient({ ...shop.clientOptions, fetch: slowly }).shop()
      expect(read.ok && read.value.asOf).toBe('2026-11-20T07:59:58.500000000Z')
    })

    it('is an invalid request to write more than 250 quantities at once', async () => {
      const shop = await open()
      const change = { inventoryItemId: '1', locationId: '1', delta: 1, changeFromQuantity: null }
      const write = { idempotencyKey: 'many', reason: 'correction', changes: Array.from({ length: 251 }, () => change) }
      const error = errorOf(await shop.client.adjustAvailable(write))
      expect(error).toMatchObject({ kind: 'invalid-request', message: expect.stringContaining('251') })
    })

    it('is refused by a shop or version that does not exist', async () => {
      const shop = await open()
      const client = shopifyClient({ ...shop.clientOptions, endpoint: `${shop.endpoint}/elsewhere` })
      expect(errorOf(await client.shop())).toMatchObject({ kind: 'refused', status: 404 })
    })

    it.each([
      ['no GraphQL answer', '[]'],
      ['another shape', '{"data":{"shop":{"id":7}}}'],
      ['no data', '{"data":null}'],
    ])('is malformed when there is %s', async (_case, body) => {
      const shop = await open()
      const strange: typeof fetch = async () => new Response(body, { headers: { date: new Date().toUTCString() } })
      expect(kindOf(await shopifyClient({ ...shop.clientOptions, fetch: strange }).shop())).toBe('malformed')
    })

    it('is malformed when the answer cannot be placed in time', async () => {
      const shop = await open()
      const timeless: typeof fetch = async () => new Response('{"data":{}}')
      expect(kindOf(await shopifyClient({ ...shop.clientOptions, fetch: timeless }).shop())).toBe('malformed')
    })

    it.each([
      ['ACCESS_DENIED', 'refused'],
      ['MAX_COST_EXCEEDED', 'too-expensive'],
      ['INTERNAL_SERVER_ERROR', 'unavailable'],
      ['undefinedField', 'invalid-request'],
    ])('tells %s as %s', async (code, kind) => {
      const shop = await open()
      const failing: typeof fetch = async () => Response.json({ errors: [{ message: 'No.', extensions: { code } }] })
      expect(kindOf(await shopifyClient({ ...shop.clientOptions, fetch: failing }).shop())).toBe(kind)
    })
  })
})
