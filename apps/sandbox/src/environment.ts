import { resolve } from 'node:path'
import { z } from 'zod'
import { ETSY, SHOPIFY } from './credentials.ts'

const isLoopback = (host: string): boolean => /^(127(\.\d{1,3}){3}|localhost|::1)$/.test(host)

/** Webhooks go over https, or over http to this machine. */
const isGateway = (text: string): boolean => {
  const url = URL.parse(onThisMachine(text))
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname))
}

/** Who listens on all addresses is reached on loopback. */
const onThisMachine = (url: string): string => url.replace('//0.0.0.0', '//127.0.0.1').replace('//[::]', '//[::1]')

const PORT = 'a whole number from 0 to 65535 (0 means any free port)'
const RATE = 'a number from 0 to 6000'
const TILES = 'a whole number from 0 to 9999'
const PER_SECOND = 'a whole number from 1 to 99999'
const GATEWAY = 'a URL such as http://127.0.0.1:8080, http only on this machine'
const ETSY_SECRET = 'whsec_ followed by base64'

const settings = z.object({
  ZYRA_HOST: z.string().default('127.0.0.1'),
  ZYRA_SANDBOX_PORT: z.string().regex(/^\d{1,5}$/, PORT).transform(Number).pipe(z.number().max(65_535, PORT)).default(8090),
  ZYRA_SANDBOX_ORDERS_PER_MINUTE: z.string().regex(/^\d+(\.\d+)?$/, RATE).transform(Number).pipe(z.number().max(6000, RATE)).default(6),
  ZYRA_SANDBOX_MORE_TILES: z.string().regex(/^\d{1,4}$/, TILES).transform(Number).default(0),
  ZYRA_SANDBOX_ETSY_PER_SECOND: z.string().regex(/^[1-9]\d{0,4}$/, PER_SECOND).transform(Number).default(10),
  ZYRA_GATEWAY_URL: z.string().refine(isGateway, GATEWAY).default('http://127.0.0.1:8080'),
  ZYRA_DATA: z.string().default('.zyra'),
  SHOPIFY_API_SECRET: z.string().default(SHOPIFY.clientSecret),
  ETSY_WEBHOOK_SECRET: z.string().regex(/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/, ETSY_SECRET).default(ETSY.webhookSecret),
  ZYRA_EXIT_WITH_PARENT: z.string().optional(),
})

/** What `main` starts with. */
export interface Environment {
  readonly host: string
  readonly port: number
  readonly ordersPerMinute: number
  readonly moreTiles: number
  readonly etsyPerSecond: number
  readonly gatewayUrl: string
  readonly stateFile: string
  readonly shopifySecret: string
  readonly etsyWebhookSecret: string
  readonly exitWithParent: boolean
}

/**
 * Reads the environment; an empty value counts as none. The sandbox stays on this machine: an address of `ZYRA_HOST` that others can
 * reach is for the gateway.
 *
 * @throws Error that names the wrong key, in one sentence
 */
export const readEnvironment = (given: Readonly<Record<string, string | undefined>>): Environment => {
  const parsed = settings.safeParse(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new Error(`${issue?.path.join('.')} should be ${issue?.message}, but it is something else: correct it in the environment.`)
  }
  const values = parsed.data
  return {
    host: isLoopback(values.ZYRA_HOST) ? values.ZYRA_HOST : '127.0.0.1',
    port: values.ZYRA_SANDBOX_PORT,
    ordersPerMinute: values.ZYRA_SANDBOX_ORDERS_PER_MINUTE,
    moreTiles: values.ZYRA_SANDBOX_MORE_TILES,
    etsyPerSecond: values.ZYRA_SANDBOX_ETSY_PER_SECOND,
    gatewayUrl: onThisMachine(values.ZYRA_GATEWAY_URL).replace(/\/+$/, ''),
    stateFile: resolve(values.ZYRA_DATA, 'sandbox', 'state.json'),
    shopifySecret: values.SHOPIFY_API_SECRET,
    etsyWebhookSecret: values.ETSY_WEBHOOK_SECRET,
    exitWithParent: values.ZYRA_EXIT_WITH_PARENT === '1',
  }
}
