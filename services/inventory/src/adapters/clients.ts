import type { Merchant, ServiceContext } from '@zyra/runtime'
import { etsyClient, etsyStock, type EtsyClient, type EtsyStock } from '@zyra/vendor-etsy'
import { clientCredentialsToken, shopifyClient, type ShopifyClient } from '@zyra/vendor-shopify'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { accessOf, type Access } from './access.ts'
import { tokenFile } from './etsy-tokens.ts'

/** The clients of one merchant's channels. Every call goes through the gate, so none can be made without a permit. */
export interface Channels {
  readonly shopify: ShopifyClient
  readonly etsy: EtsyClient
  readonly etsyStock: EtsyStock
}

const openChannels = async (context: ServiceContext, merchant: Merchant, access: Access): Promise<Channels> => {
  const { callsTo, config } = context
  const clock = context.now
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => delay(ms, undefined, signal === undefined ? {} : { signal })
  const shopify = shopifyClient({
    shop: merchant.shopDomain,
    endpoint: access.shopifyEndpoint,
    token: clientCredentialsToken({
      endpoint: access.shopifyEndpoint, clientId: access.shopifyClientId, clientSecret: access.shopifyClientSecret, fetch: callsTo('shopify'), clock,
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

interface Opened {
  readonly merchant: Merchant
  readonly access: Access
  readonly channels: Promise<Channels>
}

/** Opens the clients of a merchant, anew where their shops or credentials changed. @throws Error for a merchant that is not registered, or lacks credentials */
export const channelsOf = (context: ServiceContext): ((merchant: string) => Promise<Channels>) => {
  const opened = new Map<string, Opened>()
  return async (name) => {
    const merchant = context.merchants.byName(name)
    if (merchant === undefined) throw new Error(`merchant "${name}" is not registered`)
    const access = accessOf(context, merchant)
    const known = opened.get(name)
    if (known !== undefined && isDeepStrictEqual([known.merchant, known.access], [merchant, access])) return known.channels
    const channels = openChannels(context, merchant, access)
    opened.set(name, { merchant, access, channels })
    void channels.catch(() => opened.delete(name))
    return channels
  }
}
