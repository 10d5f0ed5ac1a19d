import { requirePort } from '@zyra/servers'
import { pause, realScheduler, type Clock, type Scheduler } from '@zyra/vendor-faults'
import Fastify, { type FastifyInstance } from 'fastify'
import { ordering, type PlaceOrder } from './channels.ts'
import { controlRoutes } from './control/routes.ts'
import { ETSY, SHOPIFY } from './credentials.ts'
import { createCustomers, type Customers } from './customers.ts'
import { openFakes, resetFakes, restoreFakes, snapshotOf, type Fakes } from './fakes.ts'
import { createMerchant } from './merchant.ts'
import { indexPage } from './page.ts'
import { createSaver, messageOf, moveAside, readSaved } from './saved-state.ts'

/** How long closing waits for webhooks that are on their way, in milliseconds. */
const DRAIN_MS = 1000

export interface SandboxOptions {
  /** An address of this machine's loopback; `127.0.0.1` if not given. */
  readonly host?: string
  /** 0, any free one, if not given. */
  readonly port?: number
  /** Where webhooks go, without a path; https, or http to this machine. `http://127.0.0.1:8080` if not given. */
  readonly gatewayUrl?: string
  /** The app's client secret; `SHOPIFY.clientSecret` if not given. */
  readonly shopifySecret?: string
  /** `ETSY.webhookSecret` if not given. */
  readonly etsyWebhookSecret?: string
  /** How many customers come per minute on average; 0 if not given. */
  readonly ordersPerMinute?: number
  /** Keeps the fakes' state across restarts; without it nothing is kept. */
  readonly stateFile?: string
  /** Makes customers and ids repeatable; `demo` if not given. */
  readonly seed?: string
  /** Products on top of the demo shop's; none if not given. */
  readonly moreTiles?: number
  /** Calls per second that Etsy allows; 10 if not given. */
  readonly etsyPerSecond?: number
  readonly clock?: Clock
  readonly scheduler?: Scheduler
  /** Told in one sentence of what the sandbox could not do; standard error if not given. */
  readonly warn?: (sentence: string) => void
}

export interface Sandbox extends Fakes {
  readonly url: string
  /** Endpoint for a Shopify client. */
  readonly shopifyEndpoint: string
  /** Base URL for an Etsy client. */
  readonly etsyBaseUrl: string
  readonly customers: Customers
  readonly placeOrder: PlaceOrder
  /** The demo shop as on its first day; whoever is authorised stays so. No webhook tells of it. */
  readonly reset: () => void
  /** Lets customers go, gives webhooks on their way a second, stops serving, and saves. */
  readonly close: () => Promise<void>
}

/**
 * Starts the fakes of Shopify (below `/shopify`) and Etsy (below `/etsy`) with the demo shop, and their control (below `/control`).
 *
 * @throws Error in one sentence when the port cannot be listened on
 */
export const startSandbox = async (options: SandboxOptions = {}): Promise<Sandbox> => {
  const { host = '127.0.0.1', port = 0, scheduler = realScheduler, seed = 'demo', clock = () => new Date(), stateFile } = options
  const warn = options.warn ?? ((sentence) => process.stderr.write(`${sentence}\n`))
  await requirePort(host, port, 'ZYRA_SANDBOX_PORT')
  const fakesOptions = {
    gatewayUrl: options.gatewayUrl ?? 'http://127.0.0.1:8080', shopifySecret: options.shopifySecret ?? SHOPIFY.clientSecret,
    etsyWebhookSecret: options.etsyWebhookSecret ?? ETSY.webhookSecret, seed, clock, scheduler,
    ...(options.moreTiles === undefined ? {} : { moreTiles: options.moreTiles }),
    ...(options.etsyPerSecond === undefined ? {} : { etsyPerSecond: options.etsyPerSecond }),
  }
  const fakes = openFakes(fakesOptions)
  const visits = stateFile === undefined ? 0 : await load(fakes, stateFile, { clock, warn })

  const snapshot = () => ({ visits: customers.visits(), ...snapshotOf(fakes) })
  const saver = stateFile === undefined ? undefined : createSaver({ file: stateFile, snapshot, scheduler, warn })
  const changed = () => saver?.changed()
  const order = ordering(fakes)
  const placeOrder: PlaceOrder = (channel, lines, buyer) => {
    changed()
    return order(channel, lines, buyer)
  }
  const merchant = createMerchant({ ...fakes, clock })
  const customers = createCustomers({ seed, scheduler, placeOrder, afterVisit: merchant.tend })
  customers.resume(visits)
  const reset = () => {
    resetFakes(fakes, fakesOptions)
    customers.resume(0)
    changed()
  }

  const app = await serve(fakes, changed, controlRoutes({ ...fakes, ...fakesOptions, customers, placeOrder, reset }))
  const url = await app.listen({ host, port })
  customers.setRate(options.ordersPerMinute ?? 0)

  const close = async () => {
    customers.setRate(0)
    await Promise.race([Promise.all([fakes.shopify.webhooksIdle(), fakes.etsy.webhooksIdle()]), pause(realScheduler, DRAIN_MS)])
    await app.close()
    await Promise.all([fakes.shopify.close(), fakes.etsy.close()])
    await saver?.close()
  }
  let closing: Promise<void> | undefined
  return {
    ...fakes, url, shopifyEndpoint: `${url}/shopify`, etsyBaseUrl: `${url}/etsy`, customers, placeOrder, reset,
    close: () => (closing ??= close()),
  }
}

const serve = async (
  { shopify, etsy }: Fakes, changed: () => void, control: (app: FastifyInstance) => Promise<void>,
): Promise<FastifyInstance> => {
  const app = Fastify({ forceCloseConnections: true })
  app.addHook('onSend', async (request) => {
    if (request.method !== 'GET') changed()
  })
  app.get('/', async (_request, reply) => reply.type('text/html; charset=utf-8').send(indexPage()))
  app.get('/healthz', async () => ({ status: 'ok' }))
  await app.register(shopify.routes, { prefix: '/shopify' })
  await app.register(etsy.routes, { prefix: '/etsy' })
  await app.register(control, { prefix: '/control' })
  return app
}

/** Goes on from the saved state, or from the first day when it cannot be used; answers how many customers came before. */
const load = async (fakes: Fakes, file: string, { clock, warn }: { clock: Clock; warn: (sentence: string) => void }): Promise<number> => {
  try {
    const saved = await readSaved(file)
    if (saved !== undefined) restoreFakes(fakes, saved)
    return saved?.visits ?? 0
  } catch (error) {
    const aside = await moveAside(file, clock())
    warn(`The sandbox's state in ${file} cannot be used (${messageOf(error)}), so it was moved to ${aside} and the demo shop starts anew.`)
    return 0
  }
}
