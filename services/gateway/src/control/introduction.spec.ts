import { credentialsFile, formatCredentials, loadConfig, replaceSecretFile, type Merchant } from '@zyra/runtime'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { introductionProblems } from './introduction.ts'
import type { Introduction } from './requests.ts'

const credentials = {
  SHOPIFY_CLIENT_ID: 'client', SHOPIFY_API_SECRET: 'shpss_1', ETSY_KEYSTRING: 'key', ETSY_SHARED_SECRET: 'shared', ETSY_REFRESH_TOKEN: '1.x',
}
const clay: Introduction = { merchant: 'clay', mode: 'live', shopDomain: 'clay.myshopify.com', etsyShopId: '1' }
const known = (name: string, mode: Merchant['mode'], installed = true): Merchant =>
  ({ name, mode, shopDomain: `${name}.myshopify.com`, etsyShopId: '2', installed })

describe('introducing a merchant', () => {
  let dataDir: string
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'zyra-introduction-'))
  })
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

  const problems = (introduction: Introduction, env: Record<string, string> = {}, merchants: readonly Merchant[] = []) =>
    introductionProblems(introduction, loadConfig({ env: { ZYRA_DATA: dataDir, ...env }, root: import.meta.dirname }), merchants)

  it('needs nothing for the sandbox', () => {
    expect(problems({ ...clay, mode: 'sandbox' })).toEqual([])
  })

  it('needs credentials for a live merchant, and names those that are missing', () => {
    expect(problems(clay, { SHOPIFY_CLIENT_ID: 'client', SHOPIFY_API_SECRET: 'shpss_1', ETSY_KEYSTRING: 'key' })).toEqual([
      'merchant: "clay" is to be live and has no ETSY_SHARED_SECRET, no ETSY_REFRESH_TOKEN: '
      + 'give them with "npx zyra merchant add", or set them in .env and start again.',
    ])
    expect(problems(clay, credentials)).toEqual([])
  })

  it('lets one merchant live on the settings, and others on credentials of their own', () => {
    expect(problems(clay, credentials, [known('kiln', 'live')])).toEqual([
      'merchant: the credentials in .env are those of "kiln"; "clay" needs their own: give them with "npx zyra merchant add".',
    ])
    expect(problems(clay, credentials, [known('kiln', 'live', false), known('demo', 'sandbox')])).toEqual([])
    replaceSecretFile(credentialsFile(dataDir, 'clay'), formatCredentials(credentials))
    expect(problems(clay, {}, [known('kiln', 'live')])).toEqual([])
  })

  it('refuses credentials that are not whole', () => {
    replaceSecretFile(credentialsFile(dataDir, 'clay'), 'SHOPIFY_CLIENT_ID=client\n')
    expect(problems(clay, credentials)).toEqual([expect.stringMatching(/merchant-clay\.env: SHOPIFY_API_SECRET is missing/)])
  })

  it('gives no shop to a second merchant while the first has the app', () => {
    const another = { ...clay, merchant: 'another', mode: 'sandbox', shopDomain: 'Kiln.myshopify.com', etsyShopId: '2' } as const
    expect(problems(another, {}, [known('kiln', 'sandbox')])).toEqual([
      'shopDomain: Kiln.myshopify.com belongs to merchant "kiln".', 'etsyShopId: 2 belongs to merchant "kiln".',
    ])
    expect(problems(another, {}, [known('kiln', 'sandbox', false)])).toEqual([])
  })

  it('lets a merchant come back, and never change the mode', () => {
    expect(problems(clay, credentials, [known('clay', 'live')])).toEqual([])
    expect(problems(clay, credentials, [known('clay', 'sandbox')])).toEqual(['mode: "clay" is a sandbox merchant for ever; choose another name.'])
  })
})
