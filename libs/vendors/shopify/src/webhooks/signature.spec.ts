import { signShopifyWebhook, verifyShopifyHmac } from './index.ts'

const body = new TextEncoder().encode('{"id":1}')
// Computed with: printf '{"id":1}' | openssl dgst -sha256 -hmac sandbox-secret -binary | base64
const SIGNATURE = 'Qjw4k16gtOhp/Fccjkjgm056anzCKL2kzoUBXl87ETw='

describe('verifyShopifyHmac', () => {
  it('accepts the signature that openssl computes for the same bytes and secret', () => {
    expect(signShopifyWebhook(body, 'sandbox-secret')).toBe(SIGNATURE)
    expect(verifyShopifyHmac(body, SIGNATURE, 'sandbox-secret')).toBe(true)
  })

  it.each([
    ['another body', new TextEncoder().encode('{"id":2}'), SIGNATURE, 'sandbox-secret'],
    ['another secret', body, SIGNATURE, 'other-secret'],
    ['no header', body, undefined, 'sandbox-secret'],
    ['an empty header', body, '', 'sandbox-secret'],
    ['a shortened signature', body, SIGNATURE.slice(0, -1), 'sandbox-secret'],
    ['a signature followed by junk', body, `${SIGNATURE}\n`, 'sandbox-secret'],
    ['an unconfigured secret, though the signature matches it', body, signShopifyWebhook(body, ''), ''],
  ])('refuses %s', (_case, bytes, header, secret) => {
    expect(verifyShopifyHmac(bytes, header, secret)).toBe(false)
  })
})
