import { ERASED } from '@zyra/contracts'
import { shopifyWebhook, when } from '@zyra/testing'
import { orderErasure } from './order-erasure.policy.ts'

const redact = '{"shop_id":1,"shop_domain":"demo.myshopify.com","customer":{"id":9007199254741007},"orders_to_redact":[9007199254740995,9007199254740997]}'

describe('what Shopify asks to forget', () => {
  it('is a customer with their orders, by ids that no number holds', () => {
    when(orderErasure, shopifyWebhook('customers/redact', redact)).dispatches({
      aggregate: 'erasure', id: '9007199254741007',
      command: { type: 'ErasePerson', customerId: '9007199254741007', orderIds: ['9007199254740995', '9007199254740997'], requestId: 'event-1' },
    })
  })

  it('is a customer who never ordered', () => {
    when(orderErasure, shopifyWebhook('customers/redact', '{"shop_id":1,"shop_domain":"demo.myshopify.com","customer":{"id":7}}')).dispatches({
      aggregate: 'erasure', id: '7', command: { type: 'ErasePerson', customerId: '7', orderIds: [], requestId: 'event-1' },
    })
  })

  it('is a whole shop, 48 hours after it removed the app', () => {
    when(orderErasure, shopifyWebhook('shop/redact', '{"shop_id":1,"shop_domain":"demo.myshopify.com"}'))
      .dispatches({ aggregate: 'erasure', id: 'shop', command: { type: 'EraseMerchant', requestId: 'event-1' } })
  })

  it('is told from the next request by the delivery where the sender names no event', () => {
    when(orderErasure, shopifyWebhook('shop/redact', '{}', { eventId: null }))
      .dispatches({ aggregate: 'erasure', id: 'shop', command: { type: 'EraseMerchant', requestId: 'webhook-1' } })
  })

  it('is nothing in other deliveries, nor in one that was erased itself', () => {
    when(orderErasure, shopifyWebhook('customers/update', redact)).dispatchesNothing()
    when(orderErasure, shopifyWebhook('customers/redact', ERASED)).dispatchesNothing()
  })
})
