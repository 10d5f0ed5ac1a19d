import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig, SANDBOX_ETSY_SECRET, SANDBOX_SECRET } from './config.ts'
import {
  credentialOf, credentialsFile, credentialsOf, etsySecretFor, formatCredentials, hasOwnCredentials, missingCredentials, parseCredentials, shopifySecretFor,
} from './credentials.ts'
import { replaceSecretFile } from './secret-file.ts'

const theirs = {
  SHOPIFY_CLIENT_ID: 'client', SHOPIFY_API_SECRET: 'shpss_1', ETSY_KEYSTRING: 'key', ETSY_SHARED_SECRET: 'shared#"quoted"\\n', ETSY_REFRESH_TOKEN: '1.refresh',
}
const clay = { name: 'clay', mode: 'live' } as const
const demo = { name: 'demo', mode: 'sandbox' } as const

describe('the credentials of a live merchant', () => {
  let dataDir: string
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'zyra-credentials-'))
  })
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

  const config = (env: Record<string, string> = {}) => loadConfig({ env: { ZYRA_DATA: dataDir, ...env }, root: import.meta.dirname })
  const give = (merchant: string, credentials: object) => replaceSecretFile(credentialsFile(dataDir, merchant), formatCredentials(credentials as never))

  it('are those of the settings where they have none of their own', () => {
    expect(credentialsOf(config(theirs), 'clay')).toEqual({ ...theirs, ETSY_WEBHOOK_SECRET: undefined })
    expect(hasOwnCredentials(config(theirs), 'clay')).toBe(false)
  })

  it('are their own as a whole, whatever the settings hold', () => {
    give('clay', theirs)
    const settings = config({ SHOPIFY_CLIENT_ID: 'another', ETSY_WEBHOOK_SECRET: 'whsec_b3RoZXI=' })
    expect(credentialsOf(settings, 'clay')).toEqual({ ...theirs, ETSY_WEBHOOK_SECRET: undefined })
    expect(credentialsOf(settings, 'kiln')).toMatchObject({ SHOPIFY_CLIENT_ID: 'another', ETSY_WEBHOOK_SECRET: 'whsec_b3RoZXI=' })
    expect(hasOwnCredentials(settings, 'clay')).toBe(true)
  })

  it('are named where they are missing; the public secrets of the sandbox are none', () => {
    expect(missingCredentials(config({ SHOPIFY_CLIENT_ID: 'client', ETSY_KEYSTRING: 'key', SHOPIFY_API_SECRET: SANDBOX_SECRET }), 'clay'))
      .toEqual(['SHOPIFY_API_SECRET', 'ETSY_SHARED_SECRET', 'ETSY_REFRESH_TOKEN'])
    expect(missingCredentials(config(theirs), 'clay')).toEqual([])
    expect(() => credentialOf(config(), 'clay', 'ETSY_KEYSTRING'))
      .toThrow('ETSY_KEYSTRING is not set, and clay is live: set it in .env, or give the merchant their own with "npx zyra merchant add".')
  })

  it.each([
    [{ ...theirs, ETSY_KEYSTRING: undefined }, /^given: ETSY_KEYSTRING is missing\. Expected lines/],
    [{ ...theirs, ETSY_KEYSTRING: '' }, /ETSY_KEYSTRING is empty/],
    [{ ...theirs, ETSY_KEYSTRING: '"hun ter2"' }, /ETSY_KEYSTRING holds a space or an apostrophe/],
    [{ ...theirs, SHOPIFY_SECRET: 'hunter2' }, /SHOPIFY_SECRET is not a credential/],
    [{ ...theirs, SHOPIFY_API_SECRET: SANDBOX_SECRET }, /SHOPIFY_API_SECRET is the sandbox's/],
    [{ ...theirs, ETSY_WEBHOOK_SECRET: 'hunter2' }, /ETSY_WEBHOOK_SECRET should begin with whsec_/],
    [{ ...theirs, ETSY_WEBHOOK_SECRET: SANDBOX_ETSY_SECRET }, /ETSY_WEBHOOK_SECRET is the sandbox's/],
    [{ SHOPIFY_CLIENT_ID: 'x' }, /SHOPIFY_API_SECRET is missing; ETSY_KEYSTRING is missing; ETSY_SHARED_SECRET is missing; ETSY_REFRESH_TOKEN is missing/],
  ])('are refused by name and never repeated: %j', (given, sentence) => {
    const text = Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`])).join('\n')
    expect(() => parseCredentials(text, 'given')).toThrow(sentence)
    expect(() => parseCredentials(text, 'given')).not.toThrow(/hunter2/)
  })

  it('are read as they were written', () => {
    const all = { ...theirs, ETSY_WEBHOOK_SECRET: 'whsec_dGVzdA==' }
    expect(parseCredentials(formatCredentials(all), 'given')).toEqual(all)
  })

  it('verify webhooks: each live merchant by their own secret, others by the one of the settings', () => {
    give('clay', { ...theirs, ETSY_WEBHOOK_SECRET: 'whsec_dGVzdA==' })
    const settings = config({ SHOPIFY_API_SECRET: 'shpss_settings' })
    expect([shopifySecretFor(settings, clay), etsySecretFor(settings, clay)]).toEqual(['shpss_1', 'whsec_dGVzdA=='])
    expect(shopifySecretFor(settings, { ...clay, name: 'kiln' })).toBe('shpss_settings')
    expect(shopifySecretFor(settings, undefined)).toBe('shpss_settings')
    expect([shopifySecretFor(config(), demo), etsySecretFor(config(), undefined)]).toEqual([SANDBOX_SECRET, SANDBOX_ETSY_SECRET])
  })

  it('verify nothing of a shop that nobody knows by what everybody knows, where no sandbox runs', () => {
    const secrets = (env: Record<string, string>) => {
      const settings = config({ ZYRA_SANDBOX: 'false', ...env })
      return [shopifySecretFor(settings, undefined), etsySecretFor(settings, undefined)]
    }
    expect(secrets({})).toEqual([undefined, undefined])
    expect(secrets({ SHOPIFY_API_SECRET: 'shpss_settings' })).toEqual(['shpss_settings', undefined])
    expect(secrets({ ETSY_WEBHOOK_SECRET: 'whsec_b3RoZXI=' })).toEqual([undefined, 'whsec_b3RoZXI='])
    expect(shopifySecretFor(config({ ZYRA_SANDBOX: 'false' }), demo)).toBe(SANDBOX_SECRET)
  })

  it('protect a live merchant by a secret of their own only', () => {
    expect(() => shopifySecretFor(config(), clay)).toThrow(/SHOPIFY_API_SECRET is not set, and clay is live/)
    expect(() => etsySecretFor(config(), clay)).toThrow(/ETSY_WEBHOOK_SECRET is not set, and clay is live/)
    give('clay', theirs)
    expect(() => etsySecretFor(config({ ETSY_WEBHOOK_SECRET: 'whsec_b3RoZXI=' }), clay)).toThrow(/ETSY_WEBHOOK_SECRET is not set/)
  })
})
