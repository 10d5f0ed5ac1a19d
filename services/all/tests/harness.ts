import { inboxPrefixOf, openJetStream, prepareJetStream, type JetStream, type StoredEvent } from '@zyra/jetstream'
import { loadConfig } from '@zyra/runtime'
import { requirePort, startNats, startPostgres, type LocalServer, type NatsServer } from '@zyra/servers'
import { spawn, type ChildProcess } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { DEMO } from '../src/bootstrap.ts'
import { startSandbox, type SandboxProcess } from '../src/sandbox.ts'
import { ADMIN, natsUsers } from '../src/servers.ts'

/** One process that runs all services, as `npm start` does. */
export interface ServicesProcess {
  readonly url: string
  readonly child: ChildProcess
  /** As a power cut would. */
  readonly kill: () => Promise<unknown>
  readonly stop: () => Promise<unknown>
}

/** A whole installation in a temporary folder, with every part in a process of its own. */
export interface System {
  readonly dataDir: string
  readonly nats: NatsServer
  readonly postgres: LocalServer
  readonly sandbox: SandboxProcess
  /** The log as its admin user sees it. */
  readonly js: JetStream
  readonly gatewayUrl: string
  /** Starts the services; the first process listens where the sandbox sends its webhooks. */
  readonly startServices: (options?: { readonly port?: number; readonly env?: NodeJS.ProcessEnv }) => Promise<ServicesProcess>
  readonly env: NodeJS.ProcessEnv
  readonly stop: () => Promise<void>
}

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
export const SECRET = 'sandbox-secret'
export const SHOP = 'demo-shop.myshopify.com'

/** Waits for something to become true. @throws Error with what was waited for and the last thing seen */
export const until = async <Seen>(what: string, look: () => Promise<Seen | undefined | false>, withinMs = 30_000): Promise<Seen> => {
  const end = performance.now() + withinMs
  let problem = ''
  for (;;) {
    try {
      const seen = await look()
      if (seen !== undefined && seen !== false) return seen
    } catch (error) {
      problem = String(error)
    }
    if (performance.now() > end) throw new Error(`waited ${withinMs} ms for ${what} ${problem}`)
    await delay(50)
  }
}

const spawnServices = async (env: NodeJS.ProcessEnv, port: number): Promise<ServicesProcess> => {
  const child = spawn(process.execPath, [MAIN], { env: { ...env, ZYRA_PORT: String(port) }, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const exited = once(child, 'exit')
  const url = `http://127.0.0.1:${port}`
  const isUp = async () => (child.exitCode === null ? (await fetch(`${url}/healthz`)).ok : Promise.reject(new Error(`they ended: ${said}`)))
  await until(`the services on ${url}`, isUp)
  const end = (signal: NodeJS.Signals) => (): Promise<unknown> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    return exited
  }
  return { url, child, kill: end('SIGKILL'), stop: end('SIGTERM') }
}

/** How large the simulated shop is, and how patient its Etsy. */
export interface SystemOptions {
  /** Products on top of the demo shop's. */
  readonly moreTiles?: number
  /** Calls per second. Etsy's own limit would make most of a test's time. */
  readonly etsyPerSecond?: number
  readonly replicas?: number
  readonly startLog?: (dataDir: string) => Promise<NatsServer>
}

/** Starts NATS, Postgres and the sandbox; the services are the test's to start, kill and start again. */
export const startSystem = async (options: SystemOptions = {}): Promise<System> => {
  const { moreTiles = 0, etsyPerSecond = 200, replicas = 1, startLog = (dir) => startNats({ dir, users: natsUsers() }) } = options
  const dataDir = mkdtempSync(join(tmpdir(), 'zyra-system-'))
  const [nats, postgres] = await Promise.all([startLog(dataDir), startPostgres({ dir: dataDir })])
  const admin = { url: nats.url, name: 'test', inboxPrefix: inboxPrefixOf(ADMIN), seed: nats.seeds[ADMIN] ?? '' }
  await prepareJetStream({ ...admin, replicas })
  const [port, sandboxPort] = [await requirePort('127.0.0.1', 0, 'ZYRA_PORT'), await requirePort('127.0.0.1', 0, 'ZYRA_SANDBOX_PORT')]
  const env: NodeJS.ProcessEnv = {
    ...process.env, NODE_OPTIONS: '', NATS_URL: nats.url, DATABASE_URL: postgres.url, ZYRA_DATA: dataDir,
    ZYRA_REPLICAS: String(replicas), ZYRA_SANDBOX: 'false', ZYRA_SANDBOX_PORT: String(sandboxPort), ZYRA_SANDBOX_ORDERS_PER_MINUTE: '0',
    ZYRA_SANDBOX_MORE_TILES: String(moreTiles), ZYRA_SANDBOX_ETSY_PER_SECOND: String(etsyPerSecond),
  }
  const config = loadConfig({ env: { ...env, ZYRA_PORT: String(port) } })
  const sandbox = await startSandbox(config, `http://127.0.0.1:${port}`, env)
  const [js, processes] = [await openJetStream(admin), [] as ServicesProcess[]]
  return {
    dataDir, nats, postgres, sandbox, js, env,
    gatewayUrl: `http://127.0.0.1:${port}`,
    startServices: async (options = {}) => {
      const services = await spawnServices({ ...env, ...options.env }, options.port ?? port)
      processes.push(services)
      if (processes.length === 1) await control({ dataDir, gatewayUrl: services.url }, 'register', { mode: 'sandbox', ...DEMO })
      return services
    },
    stop: async () => {
      await Promise.all(processes.map((services) => services.kill()))
      await js.close()
      await sandbox.stop()
      await Promise.all([nats.stop(), postgres.stop()])
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

interface Check {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
}

const isDrained = ({ detail }: Check, lastSequence: number): boolean => {
  if (/to be delivered/.test(detail)) return detail.startsWith('0 to be delivered, 0 in work')
  const at = /^at (\d+)$/.exec(detail)
  return at === null || Number(at[1]) <= lastSequence
}

/** Waits until nothing is left to be done: no message pending or in work anywhere, and the log did not grow between two looks. */
export const settled = async ({ js, gatewayUrl }: Pick<System, 'js' | 'gatewayUrl'>, withinMs = 60_000): Promise<void> => {
  let before = -1
  let last = ''
  await until('everything to be handled', async () => {
    const sequence = await js.log.lastSequence()
    const report = (await (await fetch(`${gatewayUrl}/readyz`)).json()) as { checks: readonly Check[] }
    const busy = report.checks.filter((check) => !check.ok || !isDrained(check, sequence))
    last = JSON.stringify(busy)
    const done = busy.length === 0 && sequence === before
    before = sequence
    // The report is kept for a second.
    await delay(1_050)
    return done
  }, withinMs).catch((error: unknown) => {
    throw new Error(`${String(error)}; still busy: ${last}`)
  })
}

/** Asks the sandbox to do something. @throws Error with its answer when it refuses */
export const sandboxControl = async <Answer>({ sandbox }: Pick<System, 'sandbox'>, path: string, body?: unknown): Promise<Answer> => {
  const init = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(`${sandbox.origin}/control${path}`, init)
  const answer = await response.text()
  if (!response.ok) throw new Error(`sandbox ${path}: ${response.status} ${answer}`)
  return JSON.parse(answer) as Answer
}

/** A SKU on the sandbox's Etsy: what buyers can have of it, and how often it was written. */
export interface EtsyRow {
  readonly sku: string
  readonly sellable: number
  readonly inventoryWrites: number
  readonly identicalWrites: number
  readonly stateWrites: number
  readonly writes: number
}

/** What Etsy sells of a SKU now. */
export const etsyRow = async (system: Pick<System, 'sandbox'>, sku: string): Promise<EtsyRow> => {
  const { rows } = await sandboxControl<{ rows: readonly Omit<EtsyRow, 'writes'>[] }>(system, `/etsy?sku=${encodeURIComponent(sku)}`)
  const [row] = rows
  if (row === undefined) throw new Error(`Etsy has no ${sku}`)
  return { ...row, writes: row.inventoryWrites + row.stateWrites }
}

/** A variant on the sandbox's Shopify. */
export interface ShopifyVariant {
  readonly sku: string
  readonly inventoryItemId: string
  readonly available: number | null
  readonly levels: readonly { readonly locationId: string; readonly available: number }[]
}

/** Everything that Shopify has now. */
export const shopifyVariants = async (system: Pick<System, 'sandbox'>): Promise<readonly ShopifyVariant[]> =>
  (await sandboxControl<{ variants: readonly ShopifyVariant[] }>(system, '/shopify')).variants

/** Everything that Etsy sells now. */
export const etsyRows = async (system: Pick<System, 'sandbox'>): Promise<readonly EtsyRow[]> => {
  const { rows } = await sandboxControl<{ rows: readonly Omit<EtsyRow, 'writes'>[] }>(system, '/etsy')
  return rows.map((row) => ({ ...row, writes: row.inventoryWrites + row.stateWrites }))
}

/** An item on both channels that Shopify keeps at one location. */
export const itemAtOnePlace = async (system: Pick<System, 'sandbox'>): Promise<ShopifyVariant> => {
  const skus = new Set((await etsyRows(system)).map(({ sku }) => sku))
  const item = (await shopifyVariants(system)).find(({ sku, levels, available }) => skus.has(sku) && levels.length === 1 && (available ?? 0) > 3)
  if (item === undefined) throw new Error('the demo shop has no item at one location')
  return item
}

/** What Etsy should sell of a SKU, beside what it sells. */
export interface Mirrored {
  readonly sku: string
  readonly expected: number
  readonly sellable: number
}

/** What the oversell buffer lets Etsy sell of each SKU on both channels. */
export const mirrored = async (system: Pick<System, 'sandbox'>): Promise<readonly Mirrored[]> => {
  const available = new Map((await shopifyVariants(system)).map((variant) => [variant.sku, variant.available]))
  return (await etsyRows(system)).flatMap(({ sku, sellable }) => {
    const stock = available.get(sku)
    return stock === undefined || stock === null ? [] : [{ sku, sellable, expected: stock < 2 ? 0 : stock }]
  })
}

/** All events of some subjects from a sequence on, as they are stored. */
export const storedEvents = async ({ js }: Pick<System, 'js'>, filters: readonly string[], fromSequence = 1): Promise<readonly StoredEvent[]> => {
  const newest = Math.max(0, ...(await js.log.lastOf(filters)).map(({ sequence }) => sequence))
  if (newest < fromSequence) return []
  const events: StoredEvent[] = []
  for await (const batch of js.log.follow({ filters, fromSequence, signal: AbortSignal.timeout(60_000) })) {
    events.push(...batch.events)
    if (batch.upTo >= newest) break
  }
  return events
}

/** Waits until Shopify has delivered every webhook, or given it up. */
export const webhooksDelivered = async (system: Pick<System, 'sandbox'>, withinMs: number): Promise<void> => {
  const pending = async () => (await sandboxControl<{ webhooksPending: number }>(system, '/shopify')).webhooksPending
  await until('every webhook to be delivered', async () => (await pending()) === 0, withinMs)
}

/** The gateway's answer to the command line. */
export interface ControlAnswer {
  readonly status: number
  readonly body: unknown
}

/** Asks the gateway, as the command line does. */
export const control = async ({ dataDir, gatewayUrl }: Pick<System, 'dataDir' | 'gatewayUrl'>, name: string, body: unknown): Promise<ControlAnswer> => {
  const token = readFileSync(join(dataDir, 'secrets', 'control.token'), 'utf8').trim()
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const response = await fetch(`${gatewayUrl}/control/${name}`, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: response.status, body: await response.json() }
}

/** What a webhook carries besides its body. */
export interface Delivery {
  readonly topic: string
  readonly body: string
  readonly webhookId?: string
  readonly eventId?: string
  readonly triggeredAt?: string
  readonly shop?: string
  readonly secret?: string
  readonly contentType?: string
  readonly traceparent?: string
}

/** Delivers a signed Shopify webhook; answers the status, or undefined where there was no answer. */
export const deliverShopify = async (gatewayUrl: string, delivery: Delivery): Promise<number | undefined> => {
  const { topic, body, shop = SHOP, secret = SECRET, contentType = 'application/json', traceparent } = delivery
  const { webhookId = randomUUID(), eventId = randomUUID(), triggeredAt = new Date().toISOString() } = delivery
  const headers = {
    'content-type': contentType, ...(traceparent === undefined ? {} : { traceparent }),
    'X-Shopify-Topic': topic,
    'X-Shopify-Shop-Domain': shop,
    'X-Shopify-Webhook-Id': webhookId,
    'X-Shopify-Event-Id': eventId,
    'X-Shopify-Triggered-At': triggeredAt,
    'X-Shopify-API-Version': '2026-10',
    'X-Shopify-Hmac-Sha256': createHmac('sha256', secret).update(body).digest('base64'),
  }
  try {
    const response = await fetch(`${gatewayUrl}/webhooks/shopify`, { method: 'POST', headers, body, signal: AbortSignal.timeout(6_000) })
    await response.arrayBuffer()
    return response.status
  } catch {
    return undefined
  }
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
