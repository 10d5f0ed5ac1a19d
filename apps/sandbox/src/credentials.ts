/**
 * The sandbox's credentials. They are public and protect nothing; services that trade with the sandbox are configured with the same
 * values. The fakes still enforce that tokens end and rotate.
 */
export const SHOPIFY = {
  shop: 'demo-shop.myshopify.com',
  clientId: 'sandbox-client',
  /** Signs webhooks as well. */
  clientSecret: 'sandbox-secret',
  /** An access token without end. The client credentials grant gives others, which last 24 hours. */
  adminToken: 'shpat_zyra_sandbox',
} as const

export const ETSY = {
  shopId: '44871203',
  keystring: 'zyra-sandbox-keystring',
  sharedSecret: 'zyra-sandbox-shared-secret',
  /**
   * What the demo merchant's consent gave when the shop was opened. The refresh token can be used once; `expiresAt` lies in the past, so
   * that a client that starts with these tokens refreshes them first.
   */
  tokens: {
    accessToken: '900001.zyra-sandbox-access-token',
    refreshToken: '900001.zyra-sandbox-refresh-token',
    expiresAt: '1970-01-01T00:00:00.000Z',
  },
  webhookSecret: 'whsec_enlyYS1zYW5kYm94LWV0c3ktd2ViaG9vay1zZWNyZXQ=',
} as const
