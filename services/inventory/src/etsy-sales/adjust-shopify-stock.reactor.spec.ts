import { recorded, when, whenAnswered } from '@zyra/testing'
import { adjustShopifyStock } from './adjust-shopify-stock.reactor.ts'

const adjustment = { inventoryItem: '9007199254740993', location: '24826418', delta: -2, transactionId: '7001' }
const time = '2026-11-20T08:00:00.000Z'

describe("adjusting Shopify's stock", () => {
  it('asks for it with the permit that goes through a stop, since it lowers stock', () => {
    when(adjustShopifyStock, recorded('inventory.ShopifyAdjustmentDecided', adjustment, { time }))
      .asks({ permit: { class: 'operational', effect: 'lowers-stock' }, input: { ...adjustment, decidedAt: time } })
  })

  it('follows every decision: a later one does not replace it', () => {
    expect(adjustShopifyStock.newestOnly).toBeUndefined()
  })

  it('records when Shopify did it', () => {
    const at = '2026-11-20T08:00:01.000000000Z'
    whenAnswered(adjustShopifyStock, { ...adjustment, decidedAt: time }, { ok: true, value: { at } })
      .records({ type: 'inventory.ShopifyAdjusted', data: { ...adjustment, at } })
  })

  it('records why it was not done', () => {
    whenAnswered(adjustShopifyStock, { ...adjustment, decidedAt: time }, { ok: false, error: 'stopped' })
      .records({ type: 'inventory.ShopifyAdjustmentRefused', data: { ...adjustment, reason: 'stopped' } })
  })
})
