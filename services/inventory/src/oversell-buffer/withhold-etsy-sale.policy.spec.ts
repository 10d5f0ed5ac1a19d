import { recorded, when } from '@zyra/testing'
import { withholdEtsySale } from './withhold-etsy-sale.policy.ts'

const place = { inventoryItem: '9007199254740993', location: '24826418', transactionId: '7001' }
const withhold = (countedAt: string | null) => {
  const sale = { transactionId: '7001', quantity: 2, location: '24826418', countedAt }
  return { aggregate: 'stock', id: place.inventoryItem, command: { type: 'WithholdSale', sale } } as const
}

describe('withholding what Etsy sold', () => {
  it('begins with the sale', () => {
    when(withholdEtsySale, recorded('inventory.EtsySaleMatched', { ...place, quantity: 2, soldAt: '2026-11-20T08:00:00.000Z' })).dispatches(withhold(null))
  })

  it('is told when Shopify counted it', () => {
    const at = '2026-11-20T08:00:01.000000000Z'
    when(withholdEtsySale, recorded('inventory.ShopifyAdjusted', { ...place, delta: -2, at })).dispatches(withhold(at))
  })
})
