import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { etsyClient } from './client.ts'
import type { EtsyClient } from './client.ts'
import { createValidator } from './fake/validate.ts'
import { collect, openShop, urlOf } from '../test/shop.ts'
import { toUpdate } from './stock-plan.ts'
import type { EtsyTokens } from './tokens.ts'
import type { EtsyOperation } from './wire-schema.ts'

/**
 * What the client relies on. Runs against the fake always, and against the real Etsy when these are in the environment: ETSY_KEYSTRING,
 * ETSY_SHARED_SECRET, ETSY_SHOP_ID, ETSY_TOKENS_FILE (JSON: accessToken, refreshToken, expiresAt; rewritten when refreshed) and
 * ETSY_LISTING_ID (a listing of the shop that may be written to: its inventory is sent back unchanged).
 */
const env = process.env
const live = [env['ETSY_KEYSTRING'], env['ETSY_SHARED_SECRET'], env['ETSY_SHOP_ID'], env['ETSY_TOKENS_FILE'], env['ETSY_LISTING_ID']]
const isLive = live.every((value) => value !== undefined && value !== '')

const tokensSchema = z.object({ accessToken: z.string(), refreshToken: z.string(), expiresAt: z.string() })

type Target = { client: EtsyClient; listingId: string; faults: string[]; checked: () => number; close: () => Promise<void> }

const operations: readonly [RegExp, EtsyOperation][] = [
  [/^GET .*\/shops\/\d+\/listings$/, 'getListingsByShop'],
  [/^GET .*\/listings\/\d+\/inventory$/, 'getListingInventory'],
  [/^PUT .*\/listings\/\d+\/inventory$/, 'updateListingInventory'],
  [/^PATCH .*\/listings\/\d+$/, 'updateListing'],
  [/^GET .*\/receipts$/, 'getShopReceipts'],
  [/^GET .*\/receipts\/\d+$/, 'getShopReceipt'],
]

/** A fetch that compares what goes over the wire with the description of Etsy's API. */
const watched = (tolerant: boolean) => {
  const validator = createValidator({ tolerant })
  const faults: string[] = []
  let checked = 0
  const watch: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    const url = new URL(urlOf(input))
    const operation = operations.find(([pattern]) => pattern.test(`${init?.method} ${url.pathname}`))?.[1]
    if (!operation) return response
    checked += 1
    const fault = validator.answerFault(operation, response.status, await response.clone().json())
    if (fault !== undefined) faults.push(fault)
    validator.query(operation, Object.fromEntries(url.searchParams))
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined
    if (operation === 'updateListingInventory') validator.inventoryUpdate(body)
    return response
  }
  return { watch, faults, checked: () => checked }
}

const openFake = async (): Promise<Target> => {
  const { watch, ...seen } = watched(false)
  const shop = await openShop({ client: { fetch: watch } })
  shop.fake.placeOrder({ lines: [{ sku: 'POSTER', quantity: 1 }] })
  return { ...seen, client: shop.client, listingId: '1001', close: shop.fake.close }
}

const openLive = async (): Promise<Target> => {
  const [keystring = '', sharedSecret = '', shopId = '', file = '', listingId = ''] = live
  const { watch, ...seen } = watched(true)
  const tokens = tokensSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  const saveTokens = (next: EtsyTokens) => writeFile(file, JSON.stringify(next), { mode: 0o600 })
  const client = etsyClient({ baseUrl: 'https://openapi.etsy.com', keystring, sharedSecret, shopId, tokens, saveTokens, fetch: watch })
  return { ...seen, client, listingId, close: async () => undefined }
}

const always: [string, () => Promise<Target>][] = [['the fake', openFake]]
const targets = isLive ? always.concat([['Etsy itself', openLive]]) : always

describe.each(targets)('The Etsy client against %s', (_name, open) => {
  let target: Target
  beforeAll(async () => {
    target = await open()
  })
  afterAll(async () => {
    await target.close()
  })

  it('lists active and inactive listings with their inventory', async () => {
    const listings = await collect(target.client.listListings(['active', 'inactive']))
    const listing = listings.find(({ listingId }) => listingId === target.listingId)
    expect(listing?.inventory?.products.length).toBeGreaterThan(0)
  })

  it('reads inventory and state in one call', async () => {
    const { listing, inventory } = await target.client.getListingInventory(target.listingId)
    expect(listing.listingId).toBe(target.listingId)
    expect(inventory.products[0]?.offerings[0]?.price.divisor).toBeGreaterThan(0)
  })

  it('sends an inventory back and nothing is different afterwards', async () => {
    const { inventory } = await target.client.getListingInventory(target.listingId)
    const after = await target.client.updateListingInventory(
      target.listingId, toUpdate(inventory, ({ offerings }) => offerings[0]?.quantity ?? 0))
    expect(after).toEqual(inventory)
    expect((await target.client.getListingInventory(target.listingId)).inventory).toEqual(inventory)
  })

  it('reads receipts from a point in time on, and one by its id', async () => {
    const [receipt] = await collect(target.client.getShopReceipts({ minCreated: 946_684_800 }))
    if (!receipt) return expect(target.listingId).not.toBe('1001')
    expect(await target.client.getShopReceipt(receipt.receiptId)).toEqual(receipt)
    expect(await collect(target.client.getShopReceipts({ minCreated: receipt.createdAt }))).toContainEqual(receipt)
  })

  it('says that a listing is not there', async () => {
    await expect(target.client.getListingInventory('1')).rejects.toMatchObject({ kind: 'not-found' })
  })

  it('is told the limits', async () => {
    expect(target.client.limits()).toMatchObject({ perSecond: { limit: expect.any(Number) }, perDay: { remaining: expect.any(Number) } })
  })

  it('saw nothing on the wire that Etsy does not document', () => {
    expect(target.faults).toEqual([])
    expect(target.checked()).toBeGreaterThanOrEqual(8)
  })
})
