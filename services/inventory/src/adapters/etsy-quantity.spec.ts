import { effect, openShops } from '../../test/shops.ts'
import { etsyQuantity } from './etsy-quantity.ts'

const COLOURS = ['BLUE', 'GREEN', 'OAT', 'BLACK'] as const

type Shops = Awaited<ReturnType<typeof openShops>>

let shops: Shops
beforeEach(async () => {
  shops = await openShops({
    catalogue: { name: 'Demo Shop', locations: ['Studio'], products: [] },
    listings: [
      { listingId: 1001, title: 'Mug', products: [{ sku: 'MUG', price: 2_450, quantity: 4 }] },
      {
        listingId: 1003, title: 'Mug in colours',
        products: COLOURS.map((colour, index) => ({
          sku: `MUG-${colour}`, price: 2_450, quantity: 9, values: [{ propertyId: 200, name: 'Primary color', valueId: index + 1, value: colour }],
        })),
      },
      { listingId: 1002, title: 'Candle', state: 'sold_out', products: [{ sku: 'CANDLE', price: 1_200, quantity: 0 }] },
    ],
  })
})
afterEach(() => shops.close())

const port = () => etsyQuantity(shops.channels)
const mug = (quantity: number) => ({ listingId: '1001', sku: 'MUG', quantity })
const onEtsy = () => shops.etsy.rows().find(({ sku }) => sku === 'MUG')

describe('what Etsy sells', () => {
  it('is set, and told with what it was before', async () => {
    expect(await port().do(mug(3), effect())).toEqual({ quantity: 3, before: 4, written: true, renewed: false, alsoZeroed: [] })
    expect(onEtsy()).toMatchObject({ sellable: 3 })
  })

  it('is not written again where it holds already', async () => {
    expect(await port().do(mug(4), effect())).toEqual({ quantity: 4, before: 4, written: false, renewed: false, alsoZeroed: [] })
    expect(onEtsy()).toMatchObject({ inventoryWrites: 0 })
  })

  it('is found to be set, or not', async () => {
    expect(await port().find?.(mug(4), effect())).toEqual({ quantity: 4, before: 4, written: false, renewed: false, alsoZeroed: [] })
    expect(await port().find?.(mug(3), effect())).toBeUndefined()
  })

  it('is right for every SKU of one listing when all are set at once, although each write replaces the whole listing', async () => {
    const { do: set } = port()
    for (const round of [5, 3, 7]) {
      const wanted = COLOURS.map((colour, index) => ({ listingId: '1003', sku: `MUG-${colour}`, quantity: round + index }))
      await Promise.all(wanted.map((one) => set(one, effect())))
      const sold = shops.etsy.rows().filter(({ listingId }) => listingId === '1003').map(({ sku, sellable }) => ({ sku, sellable }))
      expect(sold).toEqual(wanted.map(({ sku, quantity }) => ({ sku, sellable: quantity })))
    }
  })

  it('is found out only after what is being written to the listing, which could replace it', async () => {
    const { do: set, find } = port()
    const [, found] = await Promise.all([set(mug(3), effect()), find?.(mug(3), effect())])
    expect(found).toMatchObject({ quantity: 3 })
  })

  it('is set also after another call for the listing failed', async () => {
    const { do: set } = port()
    shops.etsy.faults.add({ kind: 'malformed-json', nextRequests: 1, where: { operation: 'getListingInventory' } })
    const [failed, done] = await Promise.allSettled([set(mug(3), effect()), set(mug(2), effect())])
    expect([failed.status, done.status]).toEqual(['rejected', 'fulfilled'])
    expect(onEtsy()).toMatchObject({ sellable: 2 })
  })

  it('is lowered but not raised while everything is stopped', async () => {
    expect(await port().do(mug(5), effect({ onlyLower: true }))).toEqual({ refused: 'everything is stopped, and this would raise what Etsy sells' })
    expect(await port().do(mug(3), effect({ onlyLower: true }))).toMatchObject({ quantity: 3, written: true })
  })

  it.each([
    ['the listing is gone', { listingId: '9999', sku: 'MUG', quantity: 1 }, 'Etsy has no such listing any more'],
    ['the listing lost the SKU', { listingId: '1001', sku: 'CUP', quantity: 1 }, 'the listing has no such SKU any more'],
    ['it would cost a fee', { listingId: '1002', sku: 'CANDLE', quantity: 1 },
      'the listing is sold out or has ended on Etsy, and putting it up again costs a listing fee; renew it there if you want to'],
  ])('is refused in words for a person where %s', async (_what, wanted, refused) => {
    expect(await port().do(wanted, effect())).toEqual({ refused })
  })

  it('is waited for where Etsy does not answer, and settled by finding out', async () => {
    shops.etsy.faults.add({ kind: 'server-error-after-effect', where: { method: 'PUT' } })
    await expect(port().do(mug(3), effect())).rejects.toMatchObject({ name: 'Transient', mayHaveHappened: true })
    shops.etsy.faults.clear()
    expect(await port().find?.(mug(3), effect())).toMatchObject({ quantity: 3, written: false })
  })
})
