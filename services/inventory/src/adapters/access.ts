import { credentialOf, type Credentials, type Merchant, type ServiceContext } from '@zyra/runtime'

/** Where a merchant's channels are, and what opens them. */
export interface Access {
  readonly shopifyEndpoint: string
  readonly shopifyClientId: string
  readonly shopifyClientSecret: string
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

/** @throws ConfigError naming the credential that a live merchant lacks */
export const accessOf = ({ config, sandboxOrigin }: Pick<ServiceContext, 'config' | 'sandboxOrigin'>, { name, mode, shopDomain }: Merchant): Access => {
  if (mode === 'sandbox') {
    return { ...SANDBOX, shopifyClientSecret: config.shopifyApiSecret, shopifyEndpoint: `${sandboxOrigin}/shopify`, etsyBaseUrl: `${sandboxOrigin}/etsy` }
  }
  const credential = (key: keyof Credentials): string => credentialOf(config, name, key)
  return {
    shopifyEndpoint: `https://${shopDomain}`,
    etsyBaseUrl: 'https://openapi.etsy.com',
    shopifyClientId: credential('SHOPIFY_CLIENT_ID'),
    shopifyClientSecret: credential('SHOPIFY_API_SECRET'),
    etsyKeystring: credential('ETSY_KEYSTRING'),
    etsySharedSecret: credential('ETSY_SHARED_SECRET'),
    etsyRefreshToken: credential('ETSY_REFRESH_TOKEN'),
  }
}
