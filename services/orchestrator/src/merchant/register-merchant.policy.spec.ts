import { recorded, shopifyWebhook, when } from '@zyra/testing'
import { registerMerchant } from './register-merchant.policy.ts'

const shops = { mode: 'live', shopDomain: 'clay-and-kiln.myshopify.com', etsyShopId: '45678901' } as const
const time = '2026-11-20T08:00:00.000Z'
const meta = { merchant: 'clay-and-kiln', time }

const webhook = (topic: string, triggeredAt: string | null = null) => shopifyWebhook(topic, '{}', { shop: shops.shopDomain, triggeredAt }, meta)

describe('how merchants come and go', () => {
  it('registers the merchant that was asked for, under its name, as of when that was', () => {
    when(registerMerchant, recorded('gateway.RegistrationRequested', { requestId: 'r-1', by: 'command-line', ...shops }, meta))
      .dispatches({ aggregate: 'merchant', id: 'clay-and-kiln', command: { type: 'Register', ...shops, at: time } })
  })

  it.each(['app/uninstalled', 'APP_UNINSTALLED'])('takes note that the shop removed the app: %s', (topic) => {
    when(registerMerchant, webhook(topic))
      .dispatches({ aggregate: 'merchant', id: 'clay-and-kiln', command: { type: 'Uninstall', shopDomain: shops.shopDomain } })
  })

  it('tells when the shop removed the app, where Shopify said so', () => {
    const triggeredAt = '2026-11-20T07:59:58.123456789Z'
    when(registerMerchant, webhook('app/uninstalled', triggeredAt))
      .dispatches({ aggregate: 'merchant', id: 'clay-and-kiln', command: { type: 'Uninstall', shopDomain: shops.shopDomain, triggeredAt } })
  })

  it('does nothing about other deliveries', () => {
    when(registerMerchant, webhook('orders/create')).dispatchesNothing()
  })
})
