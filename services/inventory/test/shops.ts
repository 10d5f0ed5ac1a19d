import type { EffectContext } from '@zyra/es'
import { etsyClient, etsyStock } from '@zyra/vendor-etsy'
import { etsyFake, type EtsySeed } from '@zyra/vendor-etsy/fake'
import { shopifyClient } from '@zyra/vendor-shopify'
import { shopifyFake, type Catalogue } from '@zyra/vendor-shopify/fake'
import type { Channels } from '../src/adapters/clients.ts'

const keys = { keystring: 'a-keystring', sharedSecret: 'a-shared-secret' }
const SHOP_ID = 45678901

/** Both fakes at work, with limits that nobody reaches, and a client for each, whose naps end at once. */
export const openShops = async ({ catalogue, listings }: { readonly catalogue: Catalogue; readonly listings: EtsySeed['listings'] }) => {
  const shopify = shopifyFake({ catalogue, clientSecret: 'a-secret', accessTokens: ['a-token'], restoreRate: 100_000 })
  const etsy = etsyFake({ seed: { shopId: SHOP_ID, listings }, ...keys, limits: { perSecond: 1_000, perDay: 100_000 } })
  const [endpoint, baseUrl] = await Promise.all([shopify.listen(), etsy.listen()])
  const clock = () => new Date()
  const client = etsyClient({ baseUrl, ...keys, shopId: String(SHOP_ID), tokens: etsy.issueTokens(), saveTokens: async () => undefined, fetch, clock })
  const channels: Channels = {
    shopify: shopifyClient({ shop: 'demo-shop.myshopify.com', endpoint, token: async () => 'a-token', fetch, clock, sleep: async () => undefined }),
    etsy: client,
    etsyStock: etsyStock({ client, clock, mayActivate: 'free' }),
  }
  return {
    shopify,
    etsy,
    channels: async () => channels,
    close: async () => {
      await Promise.all([shopify.close(), etsy.close()])
    },
  }
}

/** What the runtime tells a port. */
export const effect = (context: Partial<EffectContext> = {}): EffectContext =>
  ({ merchant: 'demo', key: 'a-key', attempt: 1, onlyLower: false, signal: new AbortController().signal, ...context })
