import { recorded, when, whenAnswered } from '@zyra/testing'
import { setEtsyQuantity } from './set-etsy-quantity.reactor.ts'

const target = { listingId: '1001', sku: 'MUG-BLUE', quantity: 4 }

const decided = (lowers: boolean) =>
  recorded('inventory.EtsyQuantityDecided', { ...target, available: 4, buffer: 2, before: lowers ? 5 : 3, lowers, because: 'stock changed' })

describe('setting what Etsy sells', () => {
  it('asks for what was decided, with the permit that goes through a stop where it lowers stock', () => {
    when(setEtsyQuantity, decided(true)).asks({ permit: { class: 'operational', effect: 'lowers-stock' }, input: target })
  })

  it('asks for a permit that a stop holds back where it raises stock', () => {
    when(setEtsyQuantity, decided(false)).asks({ permit: { class: 'operational', effect: 'keeps-stock-true' }, input: target })
  })

  it('asks nothing for its own outcomes', () => {
    when(setEtsyQuantity, recorded('inventory.EtsyQuantityRefused', { ...target, reason: 'stopped' })).asksNothing()
  })

  it('follows only the newest decision of an item, since an older one is not wanted any more', () => {
    expect(setEtsyQuantity.newestOnly).toBe(true)
  })

  it('records what Etsy sells now, and which SKUs it had to zero on the way', () => {
    const value = { quantity: 4, before: 5, written: true, renewed: false, alsoZeroed: ['MUG-SAND'] }
    whenAnswered(setEtsyQuantity, target, { ok: true, value }).records({
      type: 'inventory.EtsyQuantitySet', data: { listingId: '1001', sku: 'MUG-BLUE', ...value },
    })
  })

  it('records why Etsy refused', () => {
    whenAnswered(setEtsyQuantity, target, { ok: true, value: { refused: 'the listing has no such SKU any more' } }).records({
      type: 'inventory.EtsyQuantityRefused', data: { ...target, reason: 'the listing has no such SKU any more' },
    })
  })

  it('records why it was not done', () => {
    whenAnswered(setEtsyQuantity, target, { ok: false, error: 'everything is stopped' }).records({
      type: 'inventory.EtsyQuantityRefused', data: { ...target, reason: 'everything is stopped' },
    })
  })
})
