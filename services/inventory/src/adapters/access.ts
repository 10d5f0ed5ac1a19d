import type { Merchant, ServiceContext } from '@zyra/runtime'

/** Where a merchant's channels are, and what opens them. */
export interface Access {
  readonly shopifyEndpoint: string
  readonly shopifyClientId: string
  readonly etsyBaseUrl: string
  readonly etsyKeystring: string
  readonly etsySharedSecret: string
  readonly etsyRefreshToken: string
}

/** The sandbox lets everybody in who says this; it protects nothing. */
const SANDBOX = {
  shopifyClientId: 'sandbox-client',
  etsyKeystring: 'zyra-sandbox-keystring',
  etsySharedSecret: 'zyra-sandbox-shared-secret',
  etsyRefreshToken: '900001.zyra-sandbox-refresh-token',
} as const

const required = (name: string, value: string | undefined): string => {
  if (value === undefined) throw new Error(`${name} is not set, and a live merchant's channels cannot be reached without it: set it in .env`)
  return value
}

/** @throws Error naming the setting that a live merchant lacks */
export const accessOf = ({ config, sandboxOrigin }: Pick<ServiceContext, 'config' | 'sandboxOrigin'>, merchant: Merchant): Access => {
  if (merchant.mode === 'sandbox') return { ...SANDBOX, shopifyEndpoint: `${sandboxOrigin}/shopify`, etsyBaseUrl: `${sandboxOrigin}/etsy` }
  const { shopifyClientId, etsyKeystring, etsySharedSecret, etsyRefreshToken } = config.liveAccess
  return {
    shopifyEndpoint: `https://${merchant.shopDomain}`,
    etsyBaseUrl: 'https://openapi.etsy.com',
    shopifyClientId: required('SHOPIFY_CLIENT_ID', shopifyClientId),
    etsyKeystring: required('ETSY_KEYSTRING', etsyKeystring),
    etsySharedSecret: required('ETSY_SHARED_SECRET', etsySharedSecret),
    etsyRefreshToken: required('ETSY_REFRESH_TOKEN', etsyRefreshToken),
  }
}
