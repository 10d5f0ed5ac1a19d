import { manualTime } from '@zyra/vendor-faults'
import type { EtsyClientOptions } from '../src/client.ts'
import { etsyClient } from '../src/client.ts'
import type { EtsyFakeOptions, EtsySeed } from '../src/fake.ts'
import { etsyFake } from '../src/fake.ts'
import { etsyStock } from '../src/stock.ts'
import type { EtsyTokens } from '../src/tokens.ts'

const color = (valueId: number, value: string) => [{ propertyId: 200, name: 'Primary color', valueId, value }]

/** A mug in two colours, a poster without variations, and a candle that is sold out. */
export const seed: EtsySeed = {
  shopId: 12345678,
  listings: [
    {
      listingId: 1001,
      title: 'Hand-thrown stoneware mug',
      tags: ['mug', 'stoneware'],
      products: [
        { sku: 'MUG-BLUE', price: 2450, quantity: 4, readinessStateId: 77, values: color(1, 'Blue') },
        { sku: 'MUG-SAND', price: 1999, quantity: 3, readinessStateId: 77, values: color(2, 'Sand') },
      ],
    },
    { listingId: 1002, title: 'Linocut poster', products: [{ sku: 'POSTER', price: 3500, quantity: 5 }] },
    { listingId: 1003, title: 'Beeswax candle', state: 'sold_out', products: [{ sku: 'CANDLE', price: 1200, quantity: 0 }] },
  ],
}

export const credentials = { keystring: 'a-keystring', sharedSecret: 'a-shared-secret' }

/** Where a fetch goes, whatever it was given. */
export const urlOf = (input: string | URL | Request): string =>
  typeof input === 'string' ? input : 'url' in input ? input.url : input.href

/** A fake with a client for it. Time stands still unless it is moved. */
export const openShop = async (options: { fake?: Partial<EtsyFakeOptions>; client?: Partial<EtsyClientOptions> } = {}) => {
  const time = manualTime(new Date('2026-11-20T12:00:00Z'))
  const fake = etsyFake({
    seed, ...credentials, clock: time.clock, scheduler: time.scheduler, limits: { perSecond: 1000, perDay: 100_000 }, ...options.fake,
  })
  const baseUrl = await fake.listen()
  const saved: EtsyTokens[] = []
  const seen: { method: string; path: string }[] = []
  const clientOptions: EtsyClientOptions = {
    baseUrl, ...credentials, shopId: String(seed.shopId), tokens: fake.issueTokens(), clock: time.clock,
    saveTokens: async (tokens) => void saved.push(tokens),
    fetch: async (input, init) => {
      const { pathname, search } = new URL(urlOf(input))
      seen.push({ method: init?.method ?? 'GET', path: pathname + search })
      return fetch(input, init)
    },
    ...options.client,
  }
  const client = etsyClient(clientOptions)
  const row = (sku: string) => {
    const found = fake.rows().find((one) => one.sku === sku)
    if (!found) throw new Error(`The fake has no SKU ${sku}.`)
    return found
  }
  return { time, fake, baseUrl, client, clientOptions, stock: etsyStock({ client, clock: time.clock }), saved, seen, row }
}

export const collect = async <T>(all: AsyncIterable<T>): Promise<T[]> => {
  const items: T[] = []
  for await (const item of all) items.push(item)
  return items
}
