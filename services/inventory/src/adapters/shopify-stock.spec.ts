import { effect, openShops } from '../../test/shops.ts'
import { shopifyStock } from './shopify-stock.ts'

const catalogue = {
  name: 'Shop', currency: 'EUR', locations: ['Studio', 'Market'],
  products: [{ title: 'Mug', productType: 'Mug', vendor: 'Shop', variants: [{ title: 'Blue', sku: 'MUG', price: '20.00', stock: { Studio: 9, Market: 3 } }] }],
}
const NOW = new Date()

describe("taking an Etsy sale off Shopify's stock", () => {
  let shops: Awaited<ReturnType<typeof openShops>>
  beforeEach(async () => {
    shops = await openShops({ catalogue, listings: [] })
  })
  afterEach(() => shops.close())

  const levels = () => shops.shopify.variant('MUG').levels.map(({ available }) => available)
  const adjustment = (delta: number, decidedAt = NOW.toISOString()) => {
    const { inventoryItemId, levels: [studio] } = shops.shopify.variant('MUG')
    return { inventoryItem: inventoryItemId, location: studio?.locationId ?? '', delta, transactionId: '7001', decidedAt }
  }
  const port = () => {
    const { do: begin, find } = shopifyStock(shops.channels, () => NOW)
    return { begin, settle: find ?? begin }
  }
  const fault = (kind: 'reset-after-effect' | 'reset-before-effect', nextRequests = 1) =>
    shops.shopify.faults.add({ kind, nextRequests, where: { operation: 'ZyraInventoryAdjust' } })

  it('lowers it at the location, and tells when by the clock of Shopify', async () => {
    expect(await port().begin(adjustment(-2), effect())).toEqual({ at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/) })
    expect(levels()).toEqual([7, 3])
  })

  it('is settled by doing it again under the same key: once, although the answer was lost', async () => {
    fault('reset-after-effect')
    await expect(port().begin(adjustment(-2), effect())).rejects.toMatchObject({ name: 'Transient' })
    expect(levels()).toEqual([7, 3])
    await port().settle(adjustment(-2), effect())
    await port().settle(adjustment(-2), effect())
    expect(levels()).toEqual([7, 3])
  })

  it('is done when it is settled, if Shopify never heard of it', async () => {
    fault('reset-before-effect')
    await expect(port().begin(adjustment(-2), effect())).rejects.toMatchObject({ name: 'Transient' })
    await port().settle(adjustment(-2), effect())
    expect(levels()).toEqual([7, 3])
  })

  it('goes on with another key where an attempt failed at Shopify, so that every try tells why', async () => {
    const wrong = { ...adjustment(-2), location: '404' }
    await expect(port().begin(wrong, effect())).rejects.toThrow(/Etsy transaction 7001 is not off Shopify's stock.*location could not be found/)
    for (const attempt of [port().settle, port().settle, port().settle]) {
      await expect(attempt(wrong, effect())).rejects.toThrow(/location could not be found/)
    }
    expect(levels()).toEqual([9, 3])
  })

  it('is left to a person where the key was used for something else', async () => {
    await port().begin(adjustment(-2), effect())
    await expect(port().settle(adjustment(-3), effect())).rejects.toThrow(/IDEMPOTENCY_KEY_PARAMETER_MISMATCH/)
    expect(levels()).toEqual([7, 3])
  })

  it('is left to a person once Shopify may have forgotten the key', async () => {
    const yesterday = new Date(NOW.getTime() - 24 * 60 * 60_000).toISOString()
    await expect(port().settle(adjustment(-2, yesterday), effect())).rejects.toThrow('nobody can tell whether it is off')
    expect(levels()).toEqual([9, 3])
  })

  it('is the same to Shopify when a person has it tried again within a day: stock is lowered once', async () => {
    fault('reset-after-effect')
    await expect(port().begin(adjustment(-2), effect())).rejects.toMatchObject({ name: 'Transient' })
    await port().begin(adjustment(-2), effect({ attempt: 2, key: 'another-key' }))
    expect(levels()).toEqual([7, 3])
  })

  it('is not settled by itself after a day, but by a redrive, which is the word of a person that it was not done', async () => {
    const dayAgo = new Date(NOW.getTime() - 25 * 3_600_000).toISOString()
    await expect(port().settle(adjustment(-2, dayAgo), effect())).rejects.toThrow(/nobody can tell/)
    await port().settle(adjustment(-2, dayAgo), effect({ attempt: 2 }))
    await port().settle(adjustment(-2, dayAgo), effect({ attempt: 2 }))
    expect(levels()).toEqual([7, 3])
  })
})
