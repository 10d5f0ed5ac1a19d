import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import { ConfigError, SANDBOX_ETSY_SECRET, SANDBOX_SECRET, type Config } from './config.ts'
import type { Merchant } from './merchants.ts'
import { readSecretFile } from './secret-file.ts'

const some = z.string().min(1, 'is empty').regex(/^[^\s']*$/, 'holds a space or an apostrophe')
const schema = z.strictObject({
  SHOPIFY_CLIENT_ID: some,
  SHOPIFY_API_SECRET: some.refine((value) => value !== SANDBOX_SECRET, "is the sandbox's, which everybody knows"),
  ETSY_KEYSTRING: some,
  ETSY_SHARED_SECRET: some,
  ETSY_REFRESH_TOKEN: some,
  ETSY_WEBHOOK_SECRET: some.startsWith('whsec_', 'should begin with whsec_')
    .refine((value) => value !== SANDBOX_ETSY_SECRET, "is the sandbox's, which everybody knows").optional(),
})

/** What opens a live merchant's channels and verifies their webhooks, by the names of `.env`. */
export type Credentials = z.infer<typeof schema>

/** The credentials without which no live merchant can trade. Etsy's webhooks, and so their secret, are for commercial apps only. */
export const REQUIRED_CREDENTIALS = ['SHOPIFY_CLIENT_ID', 'SHOPIFY_API_SECRET', 'ETSY_KEYSTRING', 'ETSY_SHARED_SECRET', 'ETSY_REFRESH_TOKEN'] as const

/** The credentials that a merchant may have besides. */
export const OPTIONAL_CREDENTIALS = ['ETSY_WEBHOOK_SECRET'] as const

/** Where a merchant's own credentials lie: lines as in `.env`, for the owner of the installation only. */
export const credentialsFile = (dataDir: string, merchant: string): string => join(dataDir, 'secrets', `merchant-${encodeURIComponent(merchant)}.env`)

/** True where a merchant has credentials of their own; those of the settings are not looked at for them then. */
export const hasOwnCredentials = ({ dataDir }: Pick<Config, 'dataDir'>, merchant: string): boolean => existsSync(credentialsFile(dataDir, merchant))

const complain = ({ path: [key], code, message, ...issue }: z.core.$ZodIssue): string => {
  if (code === 'unrecognized_keys') return `${'keys' in issue ? issue.keys.join(', ') : 'a key'} is not a credential`
  return `${String(key)} ${code === 'invalid_type' ? 'is missing' : message}`
}

/**
 * Reads credentials from lines as in `.env`.
 * @throws ConfigError naming each key that is missing, wrong or unknown; never a value
 */
export const parseCredentials = (text: string, where: string): Credentials => {
  const parsed = schema.safeParse({ ...parseEnv(text) })
  if (parsed.success) return parsed.data
  const expected = `lines such as SHOPIFY_CLIENT_ID=..., for each of ${REQUIRED_CREDENTIALS.join(', ')}, and ETSY_WEBHOOK_SECRET where there is one`
  throw new ConfigError(`${where}: ${parsed.error.issues.map(complain).join('; ')}. Expected ${expected}.`)
}

/** Credentials as lines that {@link parseCredentials} reads. */
export const formatCredentials = (credentials: Credentials): string =>
  Object.entries(credentials).map(([key, value]) => `${key}='${value}'\n`).join('')

const fromSettings = ({ liveAccess, shopifyApiSecret, etsyWebhookSecret }: Pick<Config, 'liveAccess' | 'shopifyApiSecret' | 'etsyWebhookSecret'>) => ({
  SHOPIFY_CLIENT_ID: liveAccess.shopifyClientId,
  SHOPIFY_API_SECRET: shopifyApiSecret === SANDBOX_SECRET ? undefined : shopifyApiSecret,
  ETSY_KEYSTRING: liveAccess.etsyKeystring,
  ETSY_SHARED_SECRET: liveAccess.etsySharedSecret,
  ETSY_REFRESH_TOKEN: liveAccess.etsyRefreshToken,
  ETSY_WEBHOOK_SECRET: etsyWebhookSecret === SANDBOX_ETSY_SECRET ? undefined : etsyWebhookSecret,
})

/** What credentials are looked for in. */
export type CredentialSettings = Pick<Config, 'dataDir' | 'liveAccess' | 'shopifyApiSecret' | 'etsyWebhookSecret'>

/** What is set of a live merchant's credentials; undefined what is not. */
export type FoundCredentials = { readonly [Key in keyof Credentials]: string | undefined }

/**
 * What is set for a live merchant: their own file, whole, else the settings, which hold one shop's. Read anew each time, so that credentials
 * may be given and changed while everything runs.
 * @throws ConfigError for a file that is not as expected; Error for one that others may read
 */
export const credentialsOf = (config: CredentialSettings, merchant: string): FoundCredentials => {
  const file = credentialsFile(config.dataDir, merchant)
  const text = readSecretFile(file)
  const { ETSY_WEBHOOK_SECRET, ...own } = text === undefined ? fromSettings(config) : parseCredentials(text, file)
  return { ...own, ETSY_WEBHOOK_SECRET }
}

/** The names of the credentials that a live merchant lacks. @throws as {@link credentialsOf} */
export const missingCredentials = (config: CredentialSettings, merchant: string): readonly string[] => {
  const found = credentialsOf(config, merchant)
  return REQUIRED_CREDENTIALS.filter((key) => found[key] === undefined)
}

const HOW = 'set it in .env, or give the merchant their own with "npx zyra merchant add"'

/**
 * One credential of a live merchant.
 * @throws ConfigError naming it where it is not set
 */
export const credentialOf = (config: CredentialSettings, merchant: string, key: keyof Credentials): string => {
  const value = credentialsOf(config, merchant)[key]
  if (value === undefined) throw new ConfigError(`${key} is not set, and ${merchant} is live: ${HOW}.`)
  return value
}

type Whose = Pick<Merchant, 'name' | 'mode'> | undefined
type WebhookSettings = CredentialSettings & Pick<Config, 'sandbox'>

const ofSettings = ({ sandbox }: Pick<Config, 'sandbox'>, merchant: Whose, secret: string, publicSecret: string): string | undefined =>
  merchant === undefined && !sandbox && secret === publicSecret ? undefined : secret

/**
 * The secret that verifies the Shopify webhooks of a merchant, or of a shop that nobody knows; undefined where nothing that is signed for an
 * unknown shop may be believed: the sandbox does not run, and the settings hold only its secret, with which everybody can sign.
 * @throws ConfigError when a live merchant would be protected by the sandbox's public secret only
 */
export const shopifySecretFor = (config: WebhookSettings, merchant: Whose): string | undefined =>
  merchant?.mode === 'live'
    ? credentialOf(config, merchant.name, 'SHOPIFY_API_SECRET')
    : ofSettings(config, merchant, config.shopifyApiSecret, SANDBOX_SECRET)

/** The same for Etsy's webhooks. */
export const etsySecretFor = (config: WebhookSettings, merchant: Whose): string | undefined =>
  merchant?.mode === 'live'
    ? credentialOf(config, merchant.name, 'ETSY_WEBHOOK_SECRET')
    : ofSettings(config, merchant, config.etsyWebhookSecret, SANDBOX_ETSY_SECRET)
