import { manualTime } from '@zyra/vendor-faults'
import { etsyFake } from '@zyra/vendor-etsy/fake'
import { shopifyFake } from '@zyra/vendor-shopify/fake'
import { ETSY, SHOPIFY } from '../credentials.ts'
import { LOCATIONS, totalStock } from './product.ts'
import { BUFFER, demoProducts, etsySeed, etsyStart, shopifyCatalogue } from './shop.ts'

const variants = demoProducts.flatMap((product) => product.variants.map((variant) => ({ product, ...variant })))
const shop = () => shopifyFake({ catalogue: shopifyCatalogue(), clientSecret: SHOPIFY.clientSecret })
const twice = <T>(list: readonly T[]): T[] => list.filter((item, place) => list.indexOf(item) !== place)

const openEtsy = async () => {
  const time = manualTime(new Date('2026-11-20T12:00:00Z'))
  const { keystring, sharedSecret } = ETSY
  const fake = etsyFake({ seed: etsySeed(), keystring, sharedSecret, clock: time.clock, limits: { perSecond: 1000, perDay: 1000 } })
  const { accessToken } = fake.issueTokens()
  const headers = { 'x-api-key': `${keystring}:${sharedSecret}`, authorization: `Bearer ${accessToken}` }
  return { fake, url: await fake.listen(), headers }
}

describe('the demo shop', () => {
  it('has about 30 products and 50 to 60 SKUs, each of them once', () => {
    expect(demoProducts.length).toBeGreaterThanOrEqual(29)
    expect(demoProducts.length).toBeLessThanOrEqual(32)
    expect(variants.length).toBeGreaterThanOrEqual(50)
    expect(variants.length).toBeLessThanOrEqual(60)
    expect(twice(variants.map(({ sku }) => sku))).toEqual([])
    expect(variants.filter(({ sku }) => !/^[A-Z0-9]+(-[A-Z0-9]+)*$/.test(sku))).toEqual([])
  })

  it('gives every variant a value for each option, its own combination, a price in euros and cents, and known places', () => {
    for (const { title, options, variants: own } of demoProducts) {
      expect([title, own.map(({ values }) => values.length)]).toEqual([title, own.map(() => options.length)])
      expect([title, twice(own.map(({ values }) => values.join()))]).toEqual([title, []])
    }
    expect(variants.filter(({ price }) => !/^\d+\.\d\d$/.test(price))).toEqual([])
    const places = variants.flatMap(({ stock }) => (typeof stock === 'number' ? [] : Object.keys(stock)))
    expect(new Set(places)).toEqual(new Set(LOCATIONS))
  })

  it('is on both channels for the most part, and on one only for some', () => {
    const both = demoProducts.filter(({ onShopify, etsy }) => onShopify && etsy !== undefined)
    expect(both.length).toBeGreaterThan(demoProducts.length * 0.7)
    expect(demoProducts.filter(({ onShopify }) => !onShopify).map(({ title }) => title)).toEqual(['Porcelain ornament'])
    expect(demoProducts.filter(({ etsy }) => etsy === undefined).length).toBeGreaterThanOrEqual(3)
    expect(demoProducts.filter(({ onShopify, etsy }) => !onShopify && etsy === undefined)).toEqual([])
  })

  it('has for every SKU on Etsy one on Shopify, unless its product is listed on Etsy only', () => {
    const onShopify = shop().state().products.flatMap((product) => product.variants.map(({ sku }) => sku))
    const onEtsy = etsySeed().listings.flatMap(({ products }) => products.map(({ sku }) => sku))
    expect(onEtsy.length).toBeGreaterThan(45)
    expect(onEtsy.filter((sku) => !onShopify.includes(sku))).toEqual(['ORNAMENT-STAR', 'ORNAMENT-MOON'])
  })

  it('starts with the quantities that the oversell buffer would decide on, except three', () => {
    const listings = etsySeed().listings
    expect(twice(listings.map(({ listingId }) => listingId))).toEqual([])
    const wrong = variants.filter(({ product, sku, ...variant }) => {
      const listing = listings.find(({ listingId }) => listingId === product.etsy?.listingId)
      if (listing === undefined || !product.onShopify) return false
      const sells = listing.state === 'active' ? listing.products.find((one) => one.sku === sku)?.quantity : 0
      expect(sells).toBe(etsyStart(product, { sku, ...variant }))
      const total = totalStock({ sku, ...variant })
      return sells !== (total < BUFFER ? 0 : total)
    })
    expect(wrong.map(({ sku }) => sku)).toEqual(['MUG-GREEN', 'LATTE-SLATE', 'VASE-TALL'])
  })

  it('has what makes stock difficult: both places, ids beyond 2^53, something not counted, something unique', () => {
    const state = shop().state()
    const ids = state.products.flatMap((product) => product.variants.map(({ inventoryItemId }) => BigInt(inventoryItemId)))
    expect(ids.filter((id) => id > BigInt(Number.MAX_SAFE_INTEGER)).length).toBeGreaterThan(10)
    const places = Map.groupBy(state.levels, ({ inventoryItemId }) => inventoryItemId)
    expect([...places.values()].filter((levels) => levels.length === 2).length).toBeGreaterThan(8)
    expect(variants.filter(({ tracked }) => tracked === false).map(({ sku }) => sku)).toEqual(['VOUCHER-WHEEL'])
    expect(variants.filter(({ unique }) => unique).map(({ sku, stock }) => [sku, stock])).toEqual([['MOON-JAR-1', 1]])
  })

  it('has titles and tags that Etsy takes', async () => {
    const { fake, url, headers } = await openEtsy()
    const { listings } = fake.state()
    expect(listings.length).toBeGreaterThan(25)
    for (const { listingId, title, tags } of listings) {
      expect([title, tags.length > 0]).toEqual([title, true])
      const path = `${url}/v3/application/shops/${ETSY.shopId}/listings/${listingId}`
      const answer = await fetch(path, { method: 'PATCH', headers, body: new URLSearchParams({ title, tags: tags.join() }) })
      expect([title, answer.status]).toEqual([title, 200])
    }
    await fake.close()
  })

  it('has listings whose whole inventory Etsy takes back as it is', async () => {
    const { fake, url, headers } = await openEtsy()
    for (const listing of fake.state().listings) {
      const products = listing.products.map(({ sku, values, price, quantity, enabled, readinessStateId }) => ({
        sku, property_values: values,
        offerings: [{ price: price / 100, quantity, is_enabled: enabled, readiness_state_id: readinessStateId }],
      }))
      const { priceOn, quantityOn, skuOn, readinessOn } = listing
      const body = {
        products, price_on_property: priceOn, quantity_on_property: quantityOn, sku_on_property: skuOn,
        readiness_state_on_property: readinessOn,
      }
      const path = `${url}/v3/application/listings/${listing.listingId}/inventory`
      const json = { ...headers, 'content-type': 'application/json' }
      const answer = await fetch(path, { method: 'PUT', headers: json, body: JSON.stringify(body) })
      expect([listing.title, answer.status]).toEqual([listing.title, 200])
    }
    await fake.close()
  })
})
