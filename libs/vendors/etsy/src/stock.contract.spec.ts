import { openShop } from '../test/shop.ts'
import { etsyStock } from './stock.ts'

let close: () => Promise<void> = async () => undefined
const open = async (...options: Parameters<typeof openShop>) => {
  const shop = await openShop(...options)
  close = shop.fake.close
  return shop
}
afterEach(async () => {
  await close()
})

const blue = { listingId: '1001', sku: 'MUG-BLUE', mayRaise: true }
const poster = { listingId: '1002', sku: 'POSTER', mayRaise: true }
const candle = { listingId: '1003', sku: 'CANDLE', mayRaise: true }

describe('etsyStock against the fake', () => {
  it('sets one SKU, and the other variation keeps its price, property, processing profile and stock', async () => {
    const { stock, client, row } = await open()
    const before = await client.getListingInventory('1001')
    expect(await stock.setQuantity({ ...blue, quantity: 2 })).toEqual({
      written: true, before: 4, after: 2, state: 'active', calls: 2, renewed: false, alsoZeroed: [],
    })
    const { inventory } = await client.getListingInventory('1001')
    expect(inventory.products[1]).toEqual(before.inventory.products[1])
    expect(inventory.products[0]).toEqual({
      ...before.inventory.products[0], offerings: [{ ...before.inventory.products[0]?.offerings[0], quantity: 2 }],
    })
    expect(row('MUG-SAND')).toMatchObject({ quantity: 3, inventoryWrites: 1, identicalWrites: 0 })
  })

  it('sends no write when the target holds already', async () => {
    const { stock, seen, row } = await open()
    expect(await stock.setQuantity({ ...blue, quantity: 4 })).toMatchObject({ written: false, before: 4, after: 4, calls: 1 })
    expect(seen.map(({ method }) => method)).toEqual(['GET'])
    expect(row('MUG-BLUE').inventoryWrites).toBe(0)
  })

  it('zeroes one variation while the other sells on, and takes the listing off sale when the last one goes', async () => {
    const { stock, row } = await open()
    expect(await stock.setQuantity({ ...blue, quantity: 0 })).toMatchObject({ before: 4, after: 0, state: 'active', calls: 2 })
    expect(await stock.setQuantity({ ...blue, sku: 'MUG-SAND', quantity: 0 })).toMatchObject({ before: 3, after: 0, state: 'inactive' })
    expect([row('MUG-BLUE').sellable, row('MUG-SAND').sellable, row('MUG-SAND').quantity]).toEqual([0, 0, 1])
    expect(await stock.readQuantity({ listingId: '1001', sku: 'MUG-SAND' })).toEqual({ quantity: 1, sellable: 0, state: 'inactive' })
  })

  it('puts a deactivated listing up again only when it may, for free, without what others left in it', async () => {
    const { stock, client, time, row } = await open()
    await stock.setQuantity({ ...blue, quantity: 0 })
    await stock.setQuantity({ ...blue, sku: 'MUG-SAND', quantity: 0 })
    const refused = await stock.setQuantity({ ...blue, quantity: 6 })
    expect(refused).toEqual({ refused: 'needs-activation', before: 0, state: 'inactive', calls: 1 })
    const deliberate = etsyStock({ client, clock: time.clock, mayActivate: 'free' })
    expect(await deliberate.setQuantity({ ...blue, quantity: 6 })).toEqual({
      written: true, before: 0, after: 6, state: 'active', calls: 3, renewed: false, alsoZeroed: ['MUG-SAND'],
    })
    expect([row('MUG-BLUE').sellable, row('MUG-SAND').sellable, row('MUG-BLUE').renewals]).toEqual([6, 0, 0])
  })

  it('renews a sold-out listing once, when a fee is allowed', async () => {
    const { stock, row } = await open()
    expect(await stock.setQuantity({ ...candle, quantity: 8, mayActivate: 'free' })).toMatchObject({ refused: 'needs-renewal' })
    expect(row('CANDLE')).toMatchObject({ state: 'sold_out', renewals: 0 })
    const renewed = await stock.setQuantity({ ...candle, quantity: 8, mayActivate: 'paid' })
    expect(renewed).toMatchObject({ after: 8, state: 'active', renewed: true })
    expect(row('CANDLE')).toMatchObject({ sellable: 8, renewals: 1 })
  })

  it('does not raise when it may only lower', async () => {
    const { stock, row } = await open()
    const refused = await stock.setQuantity({ ...poster, quantity: 9, mayRaise: false })
    expect(refused).toEqual({ refused: 'would-raise', before: 5, state: 'active', calls: 1 })
    expect(await stock.setQuantity({ ...poster, quantity: 1, mayRaise: false })).toMatchObject({ after: 1 })
    expect(row('POSTER').sellable).toBe(1)
  })

  it('keeps to 999', async () => {
    const { stock } = await open()
    expect(await stock.setQuantity({ ...poster, quantity: 12_000 })).toMatchObject({ after: 999 })
    expect(await stock.setQuantity({ ...poster, quantity: 12_000 })).toMatchObject({ written: false })
  })

  it.each(['reset-after-effect', 'server-error-after-effect', 'malformed-json'] as const)(
    'is settled by asking again after %s, without a second write', async (kind) => {
      const { stock, fake, row } = await open()
      fake.faults.set({ faults: [{ kind, nextRequests: 1, where: { operation: 'updateListingInventory' } }] })
      await expect(stock.setQuantity({ ...poster, quantity: 2 })).rejects.toMatchObject({ mayHaveHappened: true })
      expect(await stock.readQuantity(poster)).toMatchObject({ sellable: 2 })
      expect(await stock.setQuantity({ ...poster, quantity: 2 })).toMatchObject({ written: false, after: 2 })
      expect(row('POSTER')).toMatchObject({ inventoryWrites: 1, identicalWrites: 0 })
    })

  it('is settled by asking again when it broke off between two steps', async () => {
    const { stock, fake, row } = await open()
    fake.faults.set({ faults: [{ kind: 'server-error', nextRequests: 1, where: { operation: 'updateListingInventory' } }] })
    await expect(stock.setQuantity({ ...candle, quantity: 8, mayActivate: 'paid' })).rejects.toMatchObject({ kind: 'unavailable' })
    expect(row('CANDLE')).toMatchObject({ state: 'active', sellable: 1, renewals: 1 })
    expect(await stock.setQuantity({ ...candle, quantity: 8, mayActivate: 'paid' })).toMatchObject({ after: 8, renewed: false })
    expect(row('CANDLE')).toMatchObject({ sellable: 8, renewals: 1 })
  })

  it.each(['storm-1', 'storm-2', 'storm-3'])('ends right when many calls go wrong (%s)', async (plan) => {
    const { stock, fake, row } = await open()
    const where = { operation: '*Listing*' }
    const faults = ['rate-limit', 'server-error', 'server-error-after-effect', 'reset-before-effect', 'reset-after-effect', 'expired-token',
      'malformed-json'].map((kind) => ({ kind, probability: 0.08, where }))
    fake.faults.set({ seed: plan, faults })
    let failed = 0
    for (const quantity of [2, 0, 7, 0, 0, 3, 1, 12, 0, 5, 4, 0, 1, 999, 0, 2, 6, 5, 0, 8]) {
      for (let settled = false; !settled;) {
        settled = await stock.setQuantity({ ...poster, quantity, mayActivate: 'free' }).then(() => true, () => false)
        failed += settled ? 0 : 1
      }
      expect(row('POSTER').sellable).toBe(quantity)
    }
    expect(failed).toBeGreaterThan(5)
    expect(row('POSTER')).toMatchObject({ identicalWrites: 0, renewals: 0 })
  })

  it('does not sell what was sold meanwhile: the next read shows it', async () => {
    const { stock, fake } = await open()
    fake.placeOrder({ lines: [{ sku: 'POSTER', quantity: 5 }] })
    expect(await stock.readQuantity(poster)).toEqual({ quantity: 0, sellable: 0, state: 'sold_out' })
    expect(await stock.setQuantity({ ...poster, quantity: 0 })).toMatchObject({ written: false, state: 'sold_out' })
  })

  it('refuses a quantity that is none', async () => {
    const { stock } = await open()
    await expect(stock.setQuantity({ ...poster, quantity: -1 })).rejects.toThrow(RangeError)
    await expect(stock.setQuantity({ ...poster, quantity: Number.NaN })).rejects.toThrow(/whole number/)
  })
})
