import { effect, openShops } from '../../test/shops.ts'
import type { ChannelsReading, ItemOnChannels } from '../reconcile/channels.port.ts'
import { readingOf } from './channels.ts'
import { receiptsOf } from './etsy-receipts.ts'

const product = (sku: string, quantity: number) => ({ sku, price: 2_450, quantity })

type Shops = Awaited<ReturnType<typeof openShops>>

let shops: Shops
beforeAll(async () => {
  shops = await openShops({
    catalogue: {
      name: 'Demo Shop',
      locations: ['Studio', 'Warehouse'],
      products: [
        {
          title: 'Mug',
          variants: [
            { title: 'Blue', sku: 'MUG-BLUE', price: '24.50', stock: { Studio: 3, Warehouse: -1 } },
            { title: 'Plain', sku: 'TWICE-ON-SHOPIFY', price: '24.50', stock: 5 },
            { title: 'Card', sku: 'GIFT', price: '50.00', stock: 0, tracked: false },
          ],
        },
        { title: 'Poster', variants: [{ title: 'Default Title', sku: 'POSTER', price: '35.00', stock: 7 }] },
        { title: 'Copy', variants: [{ title: 'Default Title', sku: 'TWICE-ON-SHOPIFY', price: '35.00', stock: 1 }] },
        { title: 'Vase', variants: [{ title: 'Default Title', sku: 'TWICE-ON-ETSY', price: '35.00', stock: 1 }] },
        { title: 'Bowl', variants: [{ title: 'Default Title', sku: 'NOT-ON-ETSY', price: '35.00', stock: 1 }] },
        ...Array.from({ length: 40 }, (_, index) => (
          { title: `Print ${index}`, variants: [{ title: 'A4', sku: `PRINT-${index}`, price: '9.00', stock: index }] }
        )),
      ],
    },
    listings: [
      { listingId: 1001, title: 'Mug', products: [product('MUG-BLUE', 4)] },
      { listingId: 1002, title: 'Poster', state: 'sold_out', products: [product('POSTER', 0)] },
      { listingId: 1003, title: 'Vase', products: [product('TWICE-ON-ETSY', 1)] },
      { listingId: 1004, title: 'Vase again', products: [product('TWICE-ON-ETSY', 1)] },
      { listingId: 1005, title: 'Plain mug', products: [product('TWICE-ON-SHOPIFY', 5)] },
    ],
  })
})
afterAll(() => shops.close())
afterEach(() => {
  shops.etsy.faults.clear()
  shops.shopify.faults.clear()
})

const since = new Date().toISOString()
const portOf = (channels: Shops['channels']) => readingOf(channels, receiptsOf(channels, () => new Date()))

const read = async (): Promise<ChannelsReading> => {
  const reading = await portOf(shops.channels).do({ since }, effect())
  if ('failed' in reading) throw new Error(reading.failed)
  return reading
}
const itemsOf = async (sku: string): Promise<readonly ItemOnChannels[]> => (await read()).items.filter((item) => item.sku === sku)

describe('reading both channels', () => {
  it('joins an item of Shopify with its listing on Etsy by SKU', async () => {
    const { inventoryItemId, levels } = shops.shopify.variant('MUG-BLUE')
    expect(await itemsOf('MUG-BLUE')).toEqual([{
      inventoryItem: inventoryItemId, sku: 'MUG-BLUE', title: 'Mug, Blue',
      levels: levels.map(({ locationId, available }) => ({ location: locationId, available })),
      etsy: { listingId: '1001', sku: 'MUG-BLUE', quantity: 4, maxQuantity: 999, soldLately: false },
    }])
    expect(levels.map(({ available }) => available).toSorted()).toEqual([-1, 3])
  })

  it('shows a listing that is sold out, which can sell nothing', async () => {
    expect(await itemsOf('POSTER')).toMatchObject([{ title: 'Poster', etsy: { listingId: '1002', quantity: 0 } }])
  })

  it('shows no number where Shopify does not track the item', async () => {
    const [card] = await itemsOf('GIFT')
    expect(card?.levels.length).toBeGreaterThan(0)
    expect(card?.levels.every(({ available }) => available === null)).toBe(true)
  })

  it('joins a SKU to nothing that two listings carry, or two items, or no listing at all', async () => {
    for (const [sku, times] of [['TWICE-ON-ETSY', 1], ['TWICE-ON-SHOPIFY', 2], ['NOT-ON-ETSY', 1]] as const) {
      expect((await itemsOf(sku)).map(({ etsy }) => etsy)).toEqual(Array.from({ length: times }, () => null))
    }
  })

  it('reads every page', async () => {
    const { items } = await read()
    expect(items).toHaveLength(47)
    expect(new Set(items.map(({ inventoryItem }) => inventoryItem)).size).toBe(47)
  })

  it("is as of Shopify's time before the first page", async () => {
    const { asOf } = await read()
    expect(asOf).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
    expect(Date.parse(asOf)).toBeLessThanOrEqual(Date.now())
  })

  it('gives the same answer when it is asked again, since reading does no harm', async () => {
    const port = portOf(shops.channels)
    expect(await port.find?.({ since }, effect())).toMatchObject({ items: (await read()).items })
  })

  it('marks what Etsy sold since its sales are known for sure', async () => {
    shops.etsy.placeOrder({ lines: [{ sku: 'MUG-BLUE', quantity: 1 }] })
    expect(await itemsOf('MUG-BLUE')).toMatchObject([{ etsy: { quantity: 3, soldLately: true } }])
    expect(await itemsOf('POSTER')).toMatchObject([{ etsy: { soldLately: false } }])
    const later = new Date(Date.now() + 3_600_000).toISOString()
    const reading = await portOf(shops.channels).do({ since: later }, effect())
    expect('items' in reading ? reading.items.filter(({ etsy }) => etsy?.soldLately) : undefined).toEqual([])
  })

  it("reads Etsy's receipts after what Etsy shows, so that a sale in between is marked rather than missed", async () => {
    const { etsy, ...others } = await shops.channels()
    const selling: typeof etsy = {
      ...etsy,
      listListings: async function* (...given) {
        yield* etsy.listListings(...given)
        shops.etsy.placeOrder({ lines: [{ sku: 'TWICE-ON-ETSY', quantity: 1 }] })
        shops.etsy.placeOrder({ lines: [{ sku: 'MUG-BLUE', quantity: 1 }] })
      },
    }
    const reading = await portOf(async () => ({ ...others, etsy: selling })).do({ since }, effect())
    expect('items' in reading ? reading.items.find(({ sku }) => sku === 'MUG-BLUE') : undefined).toMatchObject({ etsy: { soldLately: true } })
  })

  it("shows nothing where Etsy's receipts cannot be read, since nobody can tell then what has drifted", async () => {
    shops.etsy.faults.add({ kind: 'malformed-json', where: { operation: 'getShopReceipts' } })
    expect(await portOf(shops.channels).do({ since }, effect())).toEqual({ failed: expect.stringContaining("Etsy's receipts cannot be read") })
  })

  it('says that Etsy cannot be read where it answers garbage: the next reading is soon, and is not given up', async () => {
    shops.etsy.faults.add({ kind: 'malformed-json' })
    expect(await portOf(shops.channels).do({ since }, effect())).toEqual({ failed: expect.stringContaining('Etsy cannot be read') })
  })

  it('waits where a channel does not answer', async () => {
    const port = portOf(shops.channels)
    shops.etsy.faults.add({ kind: 'server-error' })
    await expect(port.do({ since }, effect())).rejects.toMatchObject({ name: 'Transient' })
    shops.etsy.faults.clear()
    shops.shopify.faults.add({ kind: 'server-error' })
    await expect(port.do({ since }, effect())).rejects.toMatchObject({ name: 'Transient' })
  })

  it('says why a channel cannot be read where it says so itself', async () => {
    const { shopify, ...etsy } = await shops.channels()
    const frozen: typeof shopify = { ...shopify, variants: async () => ({ ok: false, error: { kind: 'refused', status: 402, message: 'the shop is frozen' } }) }
    expect(await portOf(async () => ({ ...etsy, shopify: frozen })).do({ since }, effect()))
      .toEqual({ failed: 'Shopify cannot be read: the shop is frozen' })
  })
})
