import { ERASED } from '@zyra/contracts'
import { shopifyWebhook, when } from '@zyra/testing'
import { mirrorShopifyStock } from './mirror-shopify-stock.policy.ts'

const level = '{"inventory_item_id":9007199254740993,"location_id":9007199254740997,"available":4,"updated_at":"2026-11-20T07:00:00+01:00"}'

const delivered = (body: string, data: { readonly topic?: string; readonly triggeredAt?: string | null } = {}) =>
  shopifyWebhook('inventory_levels/update', body, data, { time: '2026-11-20T08:00:00.000Z' })

const observes = (at: string, available: number | null = 4) =>
  ({ aggregate: 'stock', id: '9007199254740993', command: { type: 'ObserveLevel', location: '9007199254740997', available, at } }) as const

describe('mirroring what Shopify tells', () => {
  it('observes the level on its item, by ids that no number holds', () => {
    when(mirrorShopifyStock, delivered(level)).dispatches(observes('2026-11-20T06:29:01.123456789Z'))
  })

  it('knows the topic in either spelling', () => {
    when(mirrorShopifyStock, delivered(level, { topic: 'INVENTORY_LEVELS_UPDATE' })).dispatches(observes('2026-11-20T06:29:01.123456789Z'))
  })

  it('passes on that Shopify does not track the item', () => {
    when(mirrorShopifyStock, delivered(level.replace(':4,', ':null,'))).dispatches(observes('2026-11-20T06:29:01.123456789Z', null))
  })

  it('takes the time in the body where the header is missing, in UTC with nine decimals', () => {
    when(mirrorShopifyStock, delivered(level, { triggeredAt: null })).dispatches(observes('2026-11-20T06:00:00.000000000Z'))
  })

  it.each(['{"updated_at":"yesterday"}', '{"updated_at":null}', '{}'])('takes the time of its arrival where no other can be read: %s', (time) => {
    const body = JSON.stringify({ inventory_item_id: '9007199254740993', location_id: '9007199254740997', available: 4, ...JSON.parse(time) })
    when(mirrorShopifyStock, delivered(body, { triggeredAt: null })).dispatches(observes('2026-11-20T08:00:00.000000000Z'))
  })

  it('does nothing about other topics', () => {
    when(mirrorShopifyStock, delivered('{}', { topic: 'orders/create' })).dispatchesNothing()
  })

  it('does nothing about a body that was erased', () => {
    when(mirrorShopifyStock, delivered(ERASED)).dispatchesNothing()
  })
})
