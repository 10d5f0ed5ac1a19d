import type { GatewayEvent } from '@zyra/contracts'
import { policy } from '@zyra/es'
import { topicKey } from '@zyra/vendor-shopify/webhooks'
import type { MerchantCommand } from './merchant.decider.ts'

/** Merchants come by request and go when their shop removes the app. */
export const registerMerchant = policy<GatewayEvent, MerchantCommand>({
  name: 'register-merchant',
  on: {
    'gateway.RegistrationRequested': ({ data: { mode, shopDomain, etsyShopId }, meta }) => [
      { aggregate: 'merchant', id: meta.merchant, command: { type: 'Register', mode, shopDomain, etsyShopId, at: meta.time } },
    ],
    'gateway.ShopifyWebhookReceived': ({ data: { topic, shop, triggeredAt }, meta }) =>
      topicKey(topic) === 'APP_UNINSTALLED'
        ? [{ aggregate: 'merchant', id: meta.merchant, command: { type: 'Uninstall', shopDomain: shop, ...(triggeredAt === null ? {} : { triggeredAt }) } }]
        : [],
  },
})
