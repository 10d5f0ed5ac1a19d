import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import { tracesConfig, tracesSettings, type TracesConfig } from './traces-config.ts'

/** The shared secret that the sandbox merchant signs its webhooks with; public, and refused for a live merchant. */
export const SANDBOX_SECRET = 'sandbox-secret'

/** The same for Etsy's webhooks, in the form that Etsy gives them out. */
export const SANDBOX_ETSY_SECRET = 'whsec_enlyYS1zYW5kYm94LWV0c3ktd2ViaG9vay1zZWNyZXQ='

/** The services that exist, in the order in which they start. */
export const SERVICE_NAMES = ['gateway', 'orchestrator', 'inventory'] as const
export type ServiceName = (typeof SERVICE_NAMES)[number]

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

const PORT = 'a whole number from 0 to 65535 (0 means any free port)'
const port = (standard: number) =>
  z.string().regex(/^\d{1,5}$/).transform(Number).pipe(z.number().max(65_535)).default(standard).meta({ expected: PORT })

const isHost = (text: string) => isIP(text) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text)

function hasProtocol(text: string, protocols: readonly string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol)
}

const natsUrls = (text: string) => text.split(',').every((url) => hasProtocol(url.trim(), ['nats:', 'tls:']))
const postgresUrl = (text: string) => hasProtocol(text, ['postgres:', 'postgresql:'])

const isPlace = (text: string) => isAbsolute(text) || hasProtocol(text, ['http:', 'https:'])

function toServices(text: string, context: z.RefinementCtx): readonly ServiceName[] {
  const named = text.split(',').map((name) => name.trim())
  const chosen = text.trim() === 'all' ? SERVICE_NAMES : SERVICE_NAMES.filter((name) => named.includes(name))
  const unknown = named.filter((name) => name !== 'all' && !SERVICE_NAMES.some((service) => service === name))
  const mixed = named.length > 1 && named.includes('all')
  if (unknown.length > 0 || mixed) context.addIssue({ code: 'custom', message: 'unknown service' })
  return chosen
}

/**
 * Every setting that comes from outside, by the name of its environment variable. `expected` ends the sentence about a wrong
 * value; `secret` keeps a value out of every message. Settings of a merchant are events and have no place here.
 */
export const settings = {
  ZYRA_HOST: z.string().refine(isHost).default('127.0.0.1')
    .meta({ expected: 'an IP address or host name of this machine, such as 127.0.0.1' }),
  ZYRA_PORT: port(8080),
  ZYRA_SANDBOX_PORT: port(8090),
  ZYRA_DATA: z.string().default('.zyra').meta({ expected: 'a folder' }),
  ZYRA_ERASURES: z.string().optional().meta({ expected: 'a folder' }),
  ZYRA_SERVICES: z.string().transform(toServices).default(SERVICE_NAMES)
    .meta({ expected: `"all", or some of ${SERVICE_NAMES.join(', ')}, separated by commas` }),
  ZYRA_LOG_LEVEL: z.enum(LOG_LEVELS).default('info').meta({ expected: `one of ${LOG_LEVELS.join(', ')}` }),
  ZYRA_SANDBOX_ORDERS_PER_MINUTE: z.string().regex(/^\d+(\.\d+)?$/).transform(Number).pipe(z.number().max(6000)).default(6)
    .meta({ expected: 'a number from 0 to 6000' }),
  ZYRA_DISK_RESERVE: z.string().regex(/^\d{1,7}$/).transform(Number).pipe(z.number().min(16)).default(300)
    .meta({ expected: 'a whole number of MiB, 16 or more' }),
  ZYRA_CACHE: z.string().optional().meta({ expected: 'a folder' }),
  SHOPIFY_API_SECRET: z.string().default(SANDBOX_SECRET).meta({ expected: 'the API secret of your Shopify app', secret: true }),
  SHOPIFY_CLIENT_ID: z.string().optional().meta({ expected: 'the client id of your Shopify app' }),
  ETSY_WEBHOOK_SECRET: z.string().startsWith('whsec_').default(SANDBOX_ETSY_SECRET)
    .meta({ expected: 'the signing secret of your Etsy webhook (it begins with whsec_)', secret: true }),
  ETSY_KEYSTRING: z.string().optional().meta({ expected: 'the keystring of your Etsy app' }),
  ETSY_SHARED_SECRET: z.string().optional().meta({ expected: 'the shared secret of your Etsy app', secret: true }),
  ETSY_REFRESH_TOKEN: z.string().optional().meta({ expected: 'the first refresh token of your Etsy shop', secret: true }),
  ZYRA_SANDBOX: z.enum(['true', 'false']).default('true').transform((text) => text === 'true').meta({ expected: 'true or false' }),
  ZYRA_TRUST_CLOCK: z.enum(['true', 'false']).default('false').transform((text) => text === 'true').meta({ expected: 'true or false' }),
  ZYRA_SEALS_MINUTES: z.string().regex(/^\d{1,4}$/).transform(Number).pipe(z.number().min(1).max(1440)).default(60)
    .meta({ expected: 'a whole number of minutes from 1 to 1440' }),
  ZYRA_SEALS_OUTSIDE: z.string().refine(isPlace).optional()
    .meta({ expected: 'the absolute path of a folder, or a URL of http or https', secret: true }),
  ZYRA_SEALS_TOKEN: z.string().optional().meta({ expected: 'the token of the place that ZYRA_SEALS_OUTSIDE names', secret: true }),
  NATS_URL: z.string().refine(natsUrls).optional()
    .meta({ expected: 'one URL such as nats://host:4222, or several separated by commas', secret: true }),
  ZYRA_NATS_PORT: port(0),
  ZYRA_REPLICAS: z.enum(['1', '3', '5']).default('1').transform(Number)
    .meta({ expected: '1, or 3 or 5 where NATS_URL names a cluster of as many nodes' }),
  DATABASE_URL: z.string().refine(postgresUrl).optional()
    .meta({ expected: 'a URL such as postgres://user:password@host:5432/database', secret: true }),
  ZYRA_POSTGRES_PORT: port(0),
  ...tracesSettings,
}

type Key = keyof typeof settings
const Settings = z.object(settings)
type Values = z.infer<typeof Settings>

/** The validated configuration of this process. */
export interface Config {
  /** Address that every listener binds to. */
  host: string
  /** Port of the gateway; 0 means any free one. */
  port: number
  sandboxPort: number
  /** Absolute path of the data folder. */
  dataDir: string
  /** Absolute path of a folder beside the data folder that keeps the register of erasures as well; undefined means none. */
  erasuresDir: string | undefined
  /** The services that run in this process. */
  services: readonly ServiceName[]
  logLevel: (typeof LOG_LEVELS)[number]
  /** How many orders the simulated customers place per minute, on average over both channels. */
  sandboxOrdersPerMinute: number
  /** Below so much free space nothing new is let in, in bytes. */
  diskReserve: number
  /** Where fetched programs are kept; undefined means the user's cache folder. */
  cacheDir: string | undefined
  /** NATS that runs elsewhere; undefined means a server of our own. May hold a password. */
  natsUrl: string | undefined
  natsPort: number
  /** On how many nodes of a cluster each stream is kept. */
  replicas: number
  /** Postgres that runs elsewhere; undefined means a server of our own. May hold a password. */
  databaseUrl: string | undefined
  postgresPort: number
  shopifyApiSecret: string
  etsyWebhookSecret: string
  /** What opens the channels of a live merchant who has no credentials of their own; undefined where it is not set. */
  liveAccess: {
    readonly shopifyClientId: string | undefined
    readonly etsyKeystring: string | undefined
    readonly etsySharedSecret: string | undefined
    readonly etsyRefreshToken: string | undefined
  }
  /** How often the log is sealed at the latest, and where the seals are published to: a folder or a URL, which may hold a password. */
  seals: { readonly everyMinutes: number; readonly outside: string | undefined; readonly token: string | undefined }
  /** Whether this process starts the sandbox. */
  sandbox: boolean
  /** True where the clock is known to be right although it says less than the log. */
  trustClock: boolean
  /** Where traces go; undefined where nothing is traced. */
  traces: TracesConfig | undefined
}

/** A wrong setting. Its message names each wrong key, what was expected and what was found, one per line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

const CHECKOUT = fileURLToPath(new URL('../../../', import.meta.url))

function readEnvFile(folder: string): Record<string, string> {
  const file = join(folder, '.env')
  const values = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
  // Only in this file can an unknown key be told from somebody else's: Kubernetes, for one, adds ZYRA_... variables of its own.
  const unknown = Object.keys(values).filter((key) => key.startsWith('ZYRA_') && !(key in settings))
  if (unknown.length > 0) {
    throw new ConfigError(unknown.map((key) => `${key} in ${file} is not a setting: see .env.example for those that are.`).join('\n'))
  }
  return Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))
}

function complain(key: Key, given: string): string {
  const { expected, secret } = z.object({ expected: z.string(), secret: z.boolean().optional() }).parse(settings[key].meta())
  const found = secret ? 'another value was found (not shown, it may hold a secret)' : `"${given}" was found`
  return `${key} should be ${expected}, but ${found}: correct it in the environment or in .env.`
}

/** An empty value means the same as none: that is how compose files and .env write "not set". */
function validate(given: Record<string, string | undefined>): Values {
  const present = Object.fromEntries(Object.keys(settings).flatMap((key) => (given[key] ? [[key, given[key]]] : [])))
  const result = Settings.safeParse(present)
  if (result.success) return result.data
  const wrong = Object.keys(settings).filter((key): key is Key => result.error.issues.some(({ path }) => path[0] === key))
  throw new ConfigError(wrong.map((key) => complain(key, given[key] ?? '')).join('\n'))
}

/**
 * Reads the configuration: the environment first, then the file `.env`, then the defaults.
 * @param options.env the environment
 * @param options.root the folder that holds `.env` and that relative paths start from; by default the checkout
 * @throws ConfigError
 */
export function loadConfig(options: { env?: Record<string, string | undefined>; root?: string } = {}): Config {
  const { env = process.env, root = CHECKOUT } = options
  const values = validate({ ...readEnvFile(root), ...env })
  if (values.ZYRA_PORT === values.ZYRA_SANDBOX_PORT && values.ZYRA_PORT !== 0) {
    throw new ConfigError(
      `ZYRA_PORT and ZYRA_SANDBOX_PORT should be different ports, but both are ${values.ZYRA_PORT}: change one of them.`,
    )
  }
  if (values.ZYRA_REPLICAS > 1 && values.NATS_URL === undefined) {
    throw new ConfigError(
      `ZYRA_REPLICAS should be 1 where NATS_URL is not set, but it is ${values.ZYRA_REPLICAS}: Zyra's own NATS server is one node. Name your cluster.`,
    )
  }
  return {
    host: values.ZYRA_HOST,
    port: values.ZYRA_PORT,
    sandboxPort: values.ZYRA_SANDBOX_PORT,
    dataDir: resolve(root, values.ZYRA_DATA),
    erasuresDir: values.ZYRA_ERASURES === undefined ? undefined : resolve(root, values.ZYRA_ERASURES),
    services: values.ZYRA_SERVICES,
    logLevel: values.ZYRA_LOG_LEVEL,
    sandboxOrdersPerMinute: values.ZYRA_SANDBOX_ORDERS_PER_MINUTE,
    diskReserve: values.ZYRA_DISK_RESERVE * 1024 * 1024,
    cacheDir: values.ZYRA_CACHE === undefined ? undefined : resolve(root, values.ZYRA_CACHE),
    natsUrl: values.NATS_URL,
    natsPort: values.ZYRA_NATS_PORT,
    replicas: values.ZYRA_REPLICAS,
    databaseUrl: values.DATABASE_URL,
    postgresPort: values.ZYRA_POSTGRES_PORT,
    shopifyApiSecret: values.SHOPIFY_API_SECRET,
    etsyWebhookSecret: values.ETSY_WEBHOOK_SECRET,
    liveAccess: {
      shopifyClientId: values.SHOPIFY_CLIENT_ID,
      etsyKeystring: values.ETSY_KEYSTRING,
      etsySharedSecret: values.ETSY_SHARED_SECRET,
      etsyRefreshToken: values.ETSY_REFRESH_TOKEN,
    },
    seals: { everyMinutes: values.ZYRA_SEALS_MINUTES, outside: values.ZYRA_SEALS_OUTSIDE, token: values.ZYRA_SEALS_TOKEN },
    sandbox: values.ZYRA_SANDBOX,
    trustClock: values.ZYRA_TRUST_CLOCK,
    traces: tracesConfig(values),
  }
}
