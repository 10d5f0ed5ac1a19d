import { manualTime } from '@zyra/vendor-faults'
import { ordering } from './channels.ts'
import { ETSY, SHOPIFY } from './credentials.ts'
import { createCustomers } from './customers.ts'
import { openFakes } from './fakes.ts'
import { createMerchant } from './merchant.ts'

const HOUR = 3_600_000

const open = () => {
  const { clock, scheduler, advance } = manualTime(new Date('2026-11-20T08:00:00Z'))
  const fakes = openFakes({
    gatewayUrl: 'http://127.0.0.1:9', shopifySecret: SHOPIFY.clientSecret, etsyWebhookSecret: ETSY.webhookSecret, seed: 'demo',
    clock, scheduler,
  })
  for (const { faults } of Object.values(fakes)) faults.set({ faults: [{ kind: 'drop-webhook' }] })
  const { tend } = createMerchant({ ...fakes, clock })
  const customers = createCustomers({ seed: 'demo', scheduler, placeOrder: ordering(fakes), afterVisit: tend })
  return { ...fakes, tend, customers, advance, close: () => Promise.all([fakes.shopify.close(), fakes.etsy.close()]) }
}

const stockOf = ({ shopify }: ReturnType<typeof open>, sku: string) =>
  shopify.variant(sku).levels.reduce((sum, { available }) => sum + available, 0)

describe('the merchant', () => {
  it('keeps both channels trading, even when nobody keeps them in step', async () => {
    const shop = open()
    shop.customers.setRate(6)
    shop.advance(7 * HOUR)
    const before = shop.customers.status()
    shop.advance(HOUR)
    const after = shop.customers.status()
    expect(before.visits).toBeGreaterThan(2000)
    expect((after.bought - before.bought) / (after.visits - before.visits)).toBeGreaterThan(0.6)
    for (const channel of ['shopify', 'etsy']) {
      expect(after.newest.filter((visit) => visit.channel === channel && visit.result.placed).length).toBeGreaterThan(3)
    }
    await shop.close()
  })

  it('makes more of what runs low, but leaves the unique piece sold and the uncounted alone', async () => {
    const shop = open()
    for (const sku of ['TEAPOT-SLATE', 'MOON-JAR-1']) shop.shopify.setAvailable(sku, 0)
    const always = () => 0
    const restocked = new Set<string>()
    for (let time = 0; time < 100; time += 1) {
      shop.tend(always)
      for (const sku of ['TEAPOT-SLATE', 'MOON-JAR-1', 'VOUCHER-WHEEL']) if (stockOf(shop, sku) > 0) restocked.add(sku)
    }
    expect([...restocked]).toEqual(['TEAPOT-SLATE'])
    await shop.close()
  })

  it('pays for a listing that sold out: with one piece of what the shop has, with all of what only Etsy sells', async () => {
    const shop = open()
    const rowOf = (sku: string) => shop.etsy.rows().find((row) => row.sku === sku)
    const buy = (sku: string) => {
      const { sellable = 0 } = rowOf(sku) ?? {}
      expect(shop.etsy.placeOrder({ lines: [{ sku, quantity: sellable }] }).placed).toBe(true)
    }
    for (const sku of ['SPOON-REST', 'ORNAMENT-STAR', 'ORNAMENT-MOON', 'TEAPOT-SLATE']) buy(sku)
    shop.shopify.setAvailable('TEAPOT-SLATE', 1)
    expect(rowOf('SPOON-REST')).toMatchObject({ state: 'sold_out', sellable: 0 })
    const renewing = () => {
      const numbers = [0.9, 0, 0]
      return () => numbers.shift() ?? 0
    }
    for (let time = 0; time < 5; time += 1) shop.tend(renewing())
    expect(rowOf('SPOON-REST')).toMatchObject({ state: 'active', sellable: 1, renewals: 1 })
    expect(rowOf('ORNAMENT-MOON')).toMatchObject({ state: 'active', sellable: 20, renewals: 1 })
    expect(rowOf('TEAPOT-SLATE')).toMatchObject({ state: 'sold_out', sellable: 0, renewals: 0 })
    await shop.close()
  })
})
