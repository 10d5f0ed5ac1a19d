import { ERASED } from '@zyra/contracts'
import { shopifyWebhook, when } from '@zyra/testing'
import { takeDataRequest } from './take-data-request.policy.ts'

const time = '2026-11-20T08:00:00.000Z'
const body = '{"shop_id":1,"shop_domain":"demo.myshopify.com","orders_requested":[9007199254740995],"customer":{"id":9007199254741007}}'

const delivered = (topic: string, text: string, data: { readonly eventId?: null } = {}) => shopifyWebhook(topic, text, data, { time })

const takes = (requestId: string) => ({
  aggregate: 'data-request', id: '9007199254741007',
  command: { type: 'RequestData', customerId: '9007199254741007', orderIds: ['9007199254740995'], requestId, at: time },
}) as const

describe('taking a request for data', () => {
  it('takes who asks, about which orders, and when it came', () => {
    when(takeDataRequest, delivered('customers/data_request', body)).dispatches(takes('event-1'))
  })

  it('tells requests apart by the delivery where the sender names no event', () => {
    when(takeDataRequest, delivered('customers/data_request', body, { eventId: null })).dispatches(takes('webhook-1'))
  })

  it('does nothing about other deliveries, nor about one that was erased', () => {
    when(takeDataRequest, delivered('customers/redact', body)).dispatchesNothing()
    when(takeDataRequest, delivered('customers/data_request', ERASED)).dispatchesNothing()
  })
})
