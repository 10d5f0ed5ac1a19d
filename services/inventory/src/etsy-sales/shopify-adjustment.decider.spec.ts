import { given } from '@zyra/testing'
import { shopifyAdjustment } from './shopify-adjustment.decider.ts'

const place = { inventoryItem: '9007199254740993', location: '24826418', transactionId: '7001' }
const adjust = { type: 'Adjust', ...place, quantity: 2 } as const

describe("adjusting Shopify's stock for an Etsy transaction", () => {
  it('takes off what was sold', () => {
    given(shopifyAdjustment).when(adjust).then({ type: 'inventory.ShopifyAdjustmentDecided', data: { ...place, delta: -2 } })
  })

  it('is decided once, whatever asks again', () => {
    given(shopifyAdjustment).when(adjust).when(adjust).thenNothing().when({ ...adjust, location: '24826419' }).thenNothing()
  })
})
