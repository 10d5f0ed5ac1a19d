import type { Merchant, ServiceContext } from '@zyra/runtime'
import { etsyClient, etsyStock, type EtsyClient, type EtsyStock } from '@zyra/vendor-etsy'
import { clientCredentialsToken, shopifyClient, type ShopifyClient } from '@zyra/vendor-shopify'
import { setTimeout as delay } from 'node:timers/promises'
import { accessOf } from './access.ts'
import { tokenFile } from './etsy-tokens.ts'

/** The clients of one merchant's channels. Every call goes through the gate, so none can be made without a permit. */
export interface Channels {
  readonly shopify: ShopifyClient
  readonly etsy: EtsyClient
  readonly etsyStock: EtsyStock
}

const openChannels = async (context: ServiceContext, merchant: Merchant): Promise<Channels> => {
  const { callsTo, config } = context
  const access = accessOf(context, merchant)
  const clock = context.now
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => delay(ms, undefined, signal === undefined ? {} : { signal })
  const shopify = shopifyClient({
    shop: merchant.shopDomain,
    endpoint: access.shopifyEndpoint,
    token: clientCredentialsToken({
      endpoint: access.shopifyEndpoint, clientId: access.shopifyClientId, clientSecret: config.shopifyApiSecret, fetch: callsTo('shopify'), clock,
    }),
    fetch: callsTo('shopify'), clock, sleep,
  })
  const file = tokenFile(config.dataDir, merchant.name)
  const first = { accessToken: 'none', refreshToken: access.etsyRefreshToken, expiresAt: new Date(0).toISOString() }
  const etsy = etsyClient({
    baseUrl: access.etsyBaseUrl,
    keystring: access.etsyKeystring,
    sharedSecret: access.etsySharedSecret,
    shopId: merchant.etsyShopId,
    tokens: (await file.load()) ?? first,
    saveTokens: file.save,
    loadTokens: async () => (await file.load()) ?? first,
    fetch: callsTo('etsy'), clock,
  })
  return { shopify, etsy, etsyStock: etsyStock({ client: etsy, clock, mayActivate: 'free' }) }
}

/** Opens the clients of a merchant once. @throws Error for a merchant that is not registered */
export const channelsOf = (context: ServiceContext): ((merchant: string) => Promise<Channels>) => {
  const opened = new Map<string, Promise<Channels>>()
  return (name) => {
    const merchant = context.merchants.byName(name)
    if (merchant === undefined) throw new Error(`merchant "${name}" is not registered`)
    const known = opened.get(name)
    if (known !== undefined) return known
    const opening = openChannels(context, merchant)
    opened.set(name, opening)
    void opening.catch(() => opened.delete(name))
    return opening
  }
}
