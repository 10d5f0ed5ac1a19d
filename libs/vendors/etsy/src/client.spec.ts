import type { FaultPlanInput } from '@zyra/vendor-faults'
import { etsyClient } from './client.ts'
import { isEtsyError } from './errors.ts'
import { collect, credentials, openShop, seed } from '../test/shop.ts'
import { toUpdate } from './stock-plan.ts'

let close: () => Promise<void> = async () => undefined
const open = async (...options: Parameters<typeof openShop>) => {
  const shop = await openShop(...options)
  close = shop.fake.close
  return shop
}
afterEach(async () => {
  await close()
})

const plan = (...faults: NonNullable<FaultPlanInput['faults']>): FaultPlanInput => ({ faults })

describe('The Etsy client when Etsy says no', () => {
  it('waits as long as a 429 says, or a sensible time when it does not', async () => {
    const { client, fake } = await open()
    fake.faults.set(plan({ kind: 'rate-limit', retryAfterSeconds: 7, nextRequests: 1 }, { kind: 'rate-limit', nextRequests: 1 }))
    await expect(client.getListingInventory('1001')).rejects.toMatchObject({ kind: 'rate-limited', scope: 'second', retryAfterMs: 7000 })
    await expect(client.getListingInventory('1001')).rejects.toMatchObject({ kind: 'rate-limited', scope: 'second', retryAfterMs: 1000 })
    await expect(client.getListingInventory('1001')).resolves.toBeDefined()
  })

  it('meets the limit per second, and is let in again in the next one', async () => {
    const { client, time } = await open({ fake: { limits: { perSecond: 2, perDay: 100 } } })
    await client.getListingInventory('1001')
    await client.getListingInventory('1001')
    expect(client.limits()).toEqual({ perSecond: { limit: 2, remaining: 0 }, perDay: { limit: 100, remaining: 98 } })
    await expect(client.getListingInventory('1001')).rejects.toMatchObject({ kind: 'rate-limited', scope: 'second', retryAfterMs: 1000 })
    time.advance(1000)
    await expect(client.getListingInventory('1001')).resolves.toBeDefined()
  })

  it('meets the limit per day, which slides', async () => {
    const { client, clientOptions, fake, time } = await open({ fake: { limits: { perSecond: 100, perDay: 3 } } })
    for (let call = 0; call < 3; call += 1) await client.getListingInventory('1001')
    const error = await client.getListingInventory('1001').catch((caught: unknown) => caught)
    expect(error).toMatchObject({ kind: 'rate-limited', scope: 'day', retryAfterMs: 24 * 3_600_000 })
    time.advance(24 * 3_600_000)
    const later = etsyClient({ ...clientOptions, tokens: fake.issueTokens() })
    await expect(later.getListingInventory('1001')).resolves.toBeDefined()
  })

  it('refreshes an expired token once and carries on, having saved the new tokens before using them', async () => {
    const { client, clientOptions, time, saved, seen } = await open()
    time.advance(3_600_000)
    await Promise.all([client.getListingInventory('1001'), client.getListingInventory('1002')])
    expect(saved).toHaveLength(1)
    expect(saved[0]?.refreshToken).not.toBe(clientOptions.tokens.refreshToken)
    expect(seen.map(({ path }) => path.split('?')[0])).toEqual([
      '/v3/public/oauth/token', '/v3/application/listings/1001/inventory', '/v3/application/listings/1002/inventory',
    ])
  })

  it('refreshes a token that Etsy calls expired although the clock does not', async () => {
    const { client, fake, saved } = await open()
    fake.faults.set(plan({ kind: 'expired-token', nextRequests: 1 }))
    await expect(client.getListingInventory('1001')).resolves.toBeDefined()
    expect(saved).toHaveLength(1)
  })

  it('does not use new tokens that could not be saved, and saves them before the next call', async () => {
    let broken = true
    const { client, time, seen } = await open({ client: { saveTokens: async () => {
      if (broken) throw new Error('disk full')
    } } })
    time.advance(3_600_000)
    await expect(client.getListingInventory('1001')).rejects.toThrow('disk full')
    await expect(client.getListingInventory('1001')).rejects.toThrow('disk full')
    expect(seen).toHaveLength(1)
    broken = false
    await expect(client.getListingInventory('1001')).resolves.toBeDefined()
    expect(seen.filter(({ path }) => path.includes('oauth'))).toHaveLength(1)
  })

  it('cannot use a refresh token twice: the old one is dead, and the error says what to do', async () => {
    const { clientOptions, client, time } = await open()
    await client.refreshTokens()
    time.advance(3_600_000)
    const old = etsyClient(clientOptions)
    await expect(old.getListingInventory('1001')).rejects.toMatchObject({
      kind: 'unauthorised', message: expect.stringContaining('connect the shop to Etsy again'),
    })
  })

  it('loses the authorisation when the answer to a refresh is lost', async () => {
    const { client, fake, time } = await open()
    time.advance(3_600_000)
    fake.faults.set(plan({ kind: 'reset-after-effect', nextRequests: 1, where: { operation: 'oauthToken' } }))
    await expect(client.getListingInventory('1001')).rejects.toMatchObject({ kind: 'unavailable', mayHaveHappened: true })
    await expect(client.getListingInventory('1001')).rejects.toMatchObject({ kind: 'unauthorised' })
  })

  it('takes over what another process has refreshed', async () => {
    const { clientOptions, client, saved, time } = await open()
    time.advance(3_600_000)
    await client.refreshTokens()
    const other = etsyClient({ ...clientOptions, loadTokens: async () => saved.at(-1) ?? clientOptions.tokens })
    await expect(other.getListingInventory('1001')).resolves.toBeDefined()
    expect(saved).toHaveLength(1)
  })

  it('is unauthorised when consent was withdrawn', async () => {
    const { client, fake } = await open()
    fake.revokeTokens()
    await expect(client.getListingInventory('1001')).rejects.toMatchObject({ kind: 'unauthorised', operation: 'oauthToken' })
  })

  it('is unauthorised without the shared secret', async () => {
    const { clientOptions, baseUrl } = await open()
    const client = etsyClient({ ...clientOptions, sharedSecret: 'wrong' })
    await expect(client.getListingInventory('1001')).rejects.toMatchObject({ kind: 'unauthorised' })
    const bare = await fetch(`${baseUrl}/v3/application/listings/1001/inventory`, { headers: { 'x-api-key': credentials.keystring } })
    expect([bare.status, await bare.json()]).toEqual([403, { error: 'Shared secret is required in x-api-key header.' }])
  })

  it('passes Etsy\'s own reason on when it refuses', async () => {
    const { client } = await open()
    const { inventory } = await client.getListingInventory('1002')
    await expect(client.updateListingInventory('1002', toUpdate(inventory, () => 0))).rejects.toMatchObject({
      kind: 'refused', status: 400, reason: 'One offering must have quantity greater than 0',
    })
    await expect(client.updateListingInventory('1002', toUpdate(inventory, () => 1000))).rejects.toMatchObject({
      kind: 'refused', reason: expect.stringContaining('999'),
    })
  })
})

describe('The Etsy client when there is no proper answer', () => {
  it('says whether a write may have happened', async () => {
    const { client, fake, row } = await open()
    const { inventory } = await client.getListingInventory('1002')
    const write = () => client.updateListingInventory('1002', toUpdate(inventory, () => 2))

    fake.faults.set(plan({ kind: 'reset-after-effect', nextRequests: 1 }))
    await expect(write()).rejects.toMatchObject({ kind: 'unavailable', mayHaveHappened: true })
    expect(row('POSTER').quantity).toBe(2)

    fake.faults.set(plan({ kind: 'server-error-after-effect', nextRequests: 1 }))
    await expect(write()).rejects.toMatchObject({ kind: 'unavailable', mayHaveHappened: true })

    fake.faults.set(plan({ kind: 'malformed-json', nextRequests: 1 }))
    await expect(write()).rejects.toMatchObject({ kind: 'malformed', mayHaveHappened: true })

    fake.faults.set(plan({ kind: 'reset-before-effect', nextRequests: 1 }))
    await expect(client.getListingInventory('1002')).rejects.toMatchObject({ kind: 'unavailable', mayHaveHappened: false })
  })

  it('knows that nothing happened when nobody was there', async () => {
    const { client, fake } = await open()
    const { inventory } = await client.getListingInventory('1002')
    await fake.close()
    const write = () => client.updateListingInventory('1002', toUpdate(inventory, () => 2))
    await expect(write()).rejects.toMatchObject({ kind: 'unavailable' })
    await expect(write()).rejects.toMatchObject({
      kind: 'unavailable', mayHaveHappened: false,
    })
  })

  it('stops when told to, and when Etsy takes too long', async () => {
    const { client, clientOptions, fake } = await open()
    fake.faults.set(plan({ kind: 'latency', ms: 60_000 }))
    const stop = new AbortController()
    const stopped = client.getListingInventory('1001', stop.signal)
    stop.abort()
    await expect(stopped).rejects.toMatchObject({ kind: 'unavailable', message: expect.stringContaining('stopped') })
    const hasty = etsyClient({ ...clientOptions, timeoutMs: 20 })
    const late = hasty.getListingInventory('1001')
    await expect(late).rejects.toMatchObject({ kind: 'unavailable', message: expect.stringContaining('20 ms') })
  })

  it('refuses an id that JSON cannot carry exactly', async () => {
    const big = '{"count":1,"results":[{"listing_id":9007199254740993,"state":"active","quantity":1}]}'
    const { clientOptions } = await open()
    const client = etsyClient({ ...clientOptions, fetch: async () => new Response(big) })
    await expect(collect(client.listListings(['active']))).rejects.toMatchObject({ kind: 'malformed' })
  })

  it('keeps secrets out of its errors', async () => {
    const { client, clientOptions, fake } = await open()
    fake.revokeTokens()
    const error = await client.getListingInventory('1001').catch((caught: unknown) => caught)
    expect(isEtsyError(error)).toBe(true)
    const shown = JSON.stringify(error) + String(error instanceof Error && error.stack)
    for (const secret of [credentials.sharedSecret, clientOptions.tokens.accessToken, clientOptions.tokens.refreshToken]) {
      expect(shown).not.toContain(secret)
    }
  })
})

describe('The Etsy client reading many', () => {
  it('reads every page', async () => {
    const listing = (n: number) => ({ listingId: 5000 + n, title: `Print ${n}`, products: [{ sku: `P-${n}`, price: 900, quantity: 1 }] })
    const listings = Array.from({ length: 230 }, (_, n) => listing(n))
    const { client, seen } = await open({ fake: { seed: { ...seed, listings } } })
    const all = await collect(client.listListings(['active', 'inactive']))
    expect(new Set(all.map(({ listingId }) => listingId)).size).toBe(230)
    expect(seen).toHaveLength(4)
  })

  it('leaves the buyer out of a receipt', async () => {
    const { client, fake } = await open()
    const buyer = { name: 'Ada Quill', email: 'ada@example.org', firstLine: '9 Lane', city: 'York', zip: 'YO1', country: 'GB' }
    fake.placeOrder({ lines: [{ sku: 'MUG-BLUE', quantity: 2 }], buyer })
    const [receipt] = await collect(client.getShopReceipts({ minCreated: 946_684_800 }))
    expect(receipt?.transactions).toMatchObject([{ sku: 'MUG-BLUE', quantity: 2, listingId: '1001' }])
    expect(JSON.stringify(receipt)).not.toMatch(/Ada|ada@|Lane|York/)
  })
})
