import { resolve } from 'node:path'
import { ETSY, SHOPIFY } from './credentials.ts'
import { readEnvironment } from './environment.ts'

describe('the environment', () => {
  it('needs nothing', () => {
    expect(readEnvironment({ ZYRA_SANDBOX_PORT: '' })).toEqual({
      host: '127.0.0.1', port: 8090, ordersPerMinute: 6, moreTiles: 0, etsyPerSecond: 10, gatewayUrl: 'http://127.0.0.1:8080', exitWithParent: false,
      stateFile: resolve('.zyra/sandbox/state.json'), shopifySecret: SHOPIFY.clientSecret, etsyWebhookSecret: ETSY.webhookSecret,
    })
  })

  it('stays on this machine, whatever the gateway does', () => {
    expect(['0.0.0.0', '127.0.0.2', '::1', 'shop.example.com'].map((host) => readEnvironment({ ZYRA_HOST: host }).host))
      .toEqual(['127.0.0.1', '127.0.0.2', '::1', '127.0.0.1'])
  })

  it('reaches a gateway that listens everywhere on loopback', () => {
    expect(readEnvironment({ ZYRA_GATEWAY_URL: 'http://0.0.0.0:8080/' }).gatewayUrl).toBe('http://127.0.0.1:8080')
  })

  it.each([
    ['ZYRA_SANDBOX_PORT', '70000'],
    ['ZYRA_SANDBOX_MORE_TILES', 'many'],
    ['ZYRA_SANDBOX_ETSY_PER_SECOND', '0'],
    ['ZYRA_SANDBOX_PORT', 'http'],
    ['ZYRA_SANDBOX_ORDERS_PER_MINUTE', '-1'],
    ['ZYRA_SANDBOX_ORDERS_PER_MINUTE', '6001'],
    ['ZYRA_GATEWAY_URL', 'http://192.168.1.5:8080'],
    ['ZYRA_GATEWAY_URL', 'gateway'],
    ['ETSY_WEBHOOK_SECRET', 'secret'],
  ])('refuses %s=%s and names it, without its value', (key, value) => {
    const read = () => readEnvironment({ [key]: value })
    expect(read).toThrow(new RegExp(`^${key} should be .+, but it is something else: correct it in the environment\\.$`))
  })
})
