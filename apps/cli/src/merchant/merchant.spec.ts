import { credentialsFile, credentialsOf, formatCredentials, loadConfig } from '@zyra/runtime'
import { recorded } from '@zyra/testing'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { plain } from '../text/paint.ts'
import { asking } from './ask.ts'
import { credentialsToGive, keepCredentials } from './credentials.ts'
import { merchantFrom, type ShownMerchant } from './read.ts'
import { callsOf, merchantLines, merchantsTable } from './view.ts'

const shops = { mode: 'live', shopDomain: 'clay.myshopify.com', etsyShopId: '1' } as const
const at = (minute: number) => ({ time: `2026-11-20T08:0${minute}:00.000Z` })
const registered = (minute: number, data: object = {}) => recorded('orchestrator.MerchantRegistered', { ...shops, at: null, ...data }, at(minute))
const removed = (minute: number) => recorded('orchestrator.MerchantUninstalled', { shopDomain: shops.shopDomain }, at(minute))
const credentials = { SHOPIFY_CLIENT_ID: 'c', SHOPIFY_API_SECRET: 's', ETSY_KEYSTRING: 'k', ETSY_SHARED_SECRET: 'h', ETSY_REFRESH_TOKEN: '1.r' }

const clay: ShownMerchant = {
  name: 'clay',
  ...shops,
  installed: true,
  registeredAt: '2026-11-20T08:00:00.000Z',
  removedAt: null,
  stopped: 'nothing',
  installationStopped: 'nothing',
  credentials: { from: 'own file', missing: [], problem: null },
}

describe('a merchant', () => {
  it('is what the log tells of them; the first mode is for ever', () => {
    expect(merchantFrom('clay', [])).toBeUndefined()
    expect(merchantFrom('clay', [registered(0), removed(1), registered(2, { mode: 'sandbox', etsyShopId: '2' })])).toEqual({
      name: 'clay',
      ...shops,
      etsyShopId: '2',
      installed: true,
      registeredAt: '2026-11-20T08:02:00.000Z',
      removedAt: '2026-11-20T08:01:00.000Z',
    })
    expect(merchantFrom('clay', [registered(0), removed(1)])).toMatchObject({ installed: false })
  })

  it.each<readonly [string, Partial<ShownMerchant>]>([
    ['go out', {}],
    ['stopped with all', { installationStopped: 'everything' }],
    ['stopped with all, autopilot paused on its own', { installationStopped: 'everything', stopped: 'autopilot' }],
    ['stopped on its own', { stopped: 'everything' }],
    ['credentials are missing', { credentials: { from: 'settings', missing: ['ETSY_KEYSTRING'], problem: null } }],
    ['none', { installed: false, stopped: 'everything' }],
  ])('has calls that %s', (text, change) => {
    expect(callsOf({ ...clay, ...change })).toBe(text)
  })

  it('stands in a table that fits a narrow screen', () => {
    const long = { ...clay, name: 'a-merchant-with-a-long-name', shopDomain: 'a-shop-with-a-very-long-name.myshopify.com', installed: false }
    expect(Math.max(...merchantsTable([clay, long], { paint: plain, width: 60 }).map(({ length }) => length))).toBeLessThanOrEqual(60)
  })

  it('is told in full, with the names of what is missing', () => {
    const lines = merchantLines({ ...clay, credentials: { from: 'settings', missing: ['ETSY_KEYSTRING'], problem: null } }, plain, new Date())
    expect(lines.join('\n')).toContain('those of .env; missing: ETSY_KEYSTRING (npx zyra merchant add clay ... asks for them)')
  })
})

describe('credentials', () => {
  let dataDir: string
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'zyra-merchant-'))
    mkdirSync(join(dataDir, 'secrets'))
  })
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }))
  const config = () => loadConfig({ env: { ZYRA_DATA: dataDir }, root: import.meta.dirname })
  const tokens = () => join(dataDir, 'secrets', 'etsy-clay.json')

  it('are read from a file', async () => {
    const file = join(dataDir, 'given.env')
    writeFileSync(file, formatCredentials(credentials))
    expect(await credentialsToGive(config(), 'clay', file)).toEqual(credentials)
    await expect(credentialsToGive(config(), 'clay', join(dataDir, 'none'))).rejects.toThrow(/^--credentials: .*none cannot be read/)
  })

  it('are kept, or put back as they were', () => {
    const first = keepCredentials(config(), 'clay', credentials)
    expect(credentialsOf(config(), 'clay')).toMatchObject(credentials)
    first.undo()
    expect(existsSync(credentialsFile(dataDir, 'clay'))).toBe(false)
    keepCredentials(config(), 'clay', credentials).stay()
    keepCredentials(config(), 'clay', { ...credentials, ETSY_KEYSTRING: 'another' }).undo()
    expect(credentialsOf(config(), 'clay')).toMatchObject(credentials)
    expect(readdirSync(join(dataDir, 'secrets'))).toEqual(['merchant-clay.env'])
  })

  it('begin anew at Etsy with another refresh token, and only then', () => {
    keepCredentials(config(), 'clay', credentials).stay()
    writeFileSync(tokens(), 'saved')
    keepCredentials(config(), 'clay', { ...credentials, ETSY_KEYSTRING: 'another' }).stay()
    expect(readFileSync(tokens(), 'utf8')).toBe('saved')
    const other = { ...credentials, ETSY_REFRESH_TOKEN: '2.r' }
    const kept = keepCredentials(config(), 'clay', other)
    expect(existsSync(tokens())).toBe(false)
    kept.undo()
    expect(readFileSync(tokens(), 'utf8')).toBe('saved')
    keepCredentials(config(), 'clay', other).stay()
    expect(readdirSync(join(dataDir, 'secrets'))).toEqual(['merchant-clay.env'])
  })

  it('are asked for without showing what is typed; Ctrl-C ends that', async () => {
    const said: string[] = []
    const input = new PassThrough()
    const conversation = { input, output: { write: (text: string | Uint8Array) => said.push(String(text)) > 0 } }
    const answers = await asking(conversation, async (ask) => {
      input.write('hunter2\r')
      const one = await ask('SECRET: ')
      input.write('two\r')
      return [one, await ask('OTHER: ')]
    })
    expect(answers).toEqual(['hunter2', 'two'])
    expect(said).toEqual(['SECRET: ', '\n', 'OTHER: ', '\n'])
    const interrupted = asking(conversation, (ask) => {
      input.write('\u0003')
      return ask('SECRET: ')
    })
    await expect(interrupted).rejects.toMatchObject({ message: 'Nothing was changed.', exitCode: 130 })
  })
})
