import { recorded, shopifyWebhook, when } from '@zyra/testing'
import { registerMerchant } from './register-merchant.policy.ts'

const shops = { mode: 'live', shopDomain: 'clay-and-kiln.myshopify.com', etsyShopId: '45678901' } as const
const meta = { merchant: 'clay-and-kiln' }

const webhook = (topic: string) => shopifyWebhook(topic, '{}', { shop: shops.shopDomain }, meta)

describe('how merchants come and go', () => {
  it('registers the merchant that was asked for, under its name', () => {
    when(registerMerchant, recorded('gateway.RegistrationRequested', { requestId: 'r-1', by: 'command-line', ...shops }, meta))
      .dispatches({ aggregate: 'merchant', id: 'clay-and-kiln', command: { type: 'Register', ...shops } })
  })

  it.each(['app/uninstalled', 'APP_UNINSTALLED'])('takes note that the shop removed the app: %s', (topic) => {
    when(registerMerchant, webhook(topic))
      .dispatches({ aggregate: 'merchant', id: 'clay-and-kiln', command: { type: 'Uninstall', shopDomain: shops.shopDomain } })
  })

  it('does nothing about other deliveries', () => {
    when(registerMerchant, webhook('orders/create')).dispatchesNothing()
  })
})
