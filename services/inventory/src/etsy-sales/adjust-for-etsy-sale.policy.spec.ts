import { recorded, when } from '@zyra/testing'
import { adjustForEtsySale } from './adjust-for-etsy-sale.policy.ts'

const sale = { transactionId: '7001', quantity: 2, location: '24826418' }
const withheld = (countedAt: string | null) => recorded('inventory.SaleWithheld', { ...sale, countedAt }, { aggregateId: '9007199254740993' })

describe('adjusting for a sale on Etsy', () => {
  it('begins when the sale is withheld', () => {
    when(adjustForEtsySale, withheld(null)).dispatches(
      { aggregate: 'shopify-adjustment', id: '7001', command: { type: 'Adjust', inventoryItem: '9007199254740993', ...sale } },
    )
  })

  it('is over once Shopify counted it', () => {
    when(adjustForEtsySale, withheld('2026-11-20T08:00:00.000000000Z')).dispatchesNothing()
  })
})
