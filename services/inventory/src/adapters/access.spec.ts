import { loadConfig, type Merchant } from '@zyra/runtime'
import { accessOf } from './access.ts'

const sandboxOrigin = 'http://127.0.0.1:8090'
const merchant = (mode: Merchant['mode']): Merchant =>
  ({ name: 'clay', mode, shopDomain: 'clay-and-kiln.myshopify.com', etsyShopId: '45678901', installed: true })
const set = { SHOPIFY_CLIENT_ID: 'client', SHOPIFY_API_SECRET: 'secret', ETSY_KEYSTRING: 'key', ETSY_SHARED_SECRET: 'shared', ETSY_REFRESH_TOKEN: 'refresh' }
const context = (env: Record<string, string>) => ({ config: loadConfig({ env, root: import.meta.dirname }), sandboxOrigin })

describe('the way to the channels', () => {
  it('of a sandbox merchant is the sandbox, whatever live access is configured', () => {
    // The sandbox is started with the same API secret.
    const { shopifyEndpoint, etsyBaseUrl, shopifyClientSecret: _, ...access } = accessOf(context(set), merchant('sandbox'))
    expect([shopifyEndpoint, etsyBaseUrl]).toEqual([`${sandboxOrigin}/shopify`, `${sandboxOrigin}/etsy`])
    for (const secret of Object.values(set)) expect(Object.values(access)).not.toContain(secret)
  })

  it('of a live merchant is their own shop, with what is configured', () => {
    expect(accessOf(context(set), merchant('live'))).toEqual({
      shopifyEndpoint: 'https://clay-and-kiln.myshopify.com', etsyBaseUrl: 'https://openapi.etsy.com',
      shopifyClientId: 'client', shopifyClientSecret: 'secret', etsyKeystring: 'key', etsySharedSecret: 'shared', etsyRefreshToken: 'refresh',
    })
  })

  it.each(Object.keys(set))('of a live merchant needs %s, and says so', (missing) => {
    const { [missing as keyof typeof set]: _, ...rest } = set
    expect(() => accessOf(context(rest), merchant('live')))
      .toThrow(`${missing} is not set, and clay is live: set it in .env, or give the merchant their own`)
  })
})
