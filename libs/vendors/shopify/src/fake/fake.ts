import { createHash } from 'node:crypto'
import {
  createDeliverer, createFaults, pause, realScheduler, type Attempt, type Clock, type FaultPlanInput, type Faults, type RetrySchedule,
  type Scheduler,
} from '@zyra/vendor-faults'
import Fastify, { type FastifyInstance } from 'fastify'
import { z } from 'zod'
import { createBucket } from './bucket.ts'
import { createCommerce, variantBySku, type Commerce } from './commerce.ts'
import { createExecutor } from './executor.ts'
import { createOutbox, type DeliveryDetails, type Outbox } from './outbox.ts'
import { complianceBodies, toJson } from './payloads.ts'
import { resolvers } from './resolvers.ts'
import { shopRoutes } from './server.ts'
import { openShop, shopStateSchema, type Catalogue, type Customer, type ShopState } from './state.ts'

const MINUTE = 60_000

/**
 * Shopify's times: 1 s to connect, 5 s to answer, then 8 retries over 4 hours with growing pauses (their exact lengths are not published).
 * Source: https://shopify.dev/docs/apps/build/webhooks/subscribe/https, https://shopify.dev/changelog/updates-to-webhook-retry-mechanism
 */
export const SHOPIFY_RETRY_SCHEDULE: RetrySchedule = {
  connectTimeoutMs: 1000,
  answerTimeoutMs: 5000,
  retryDelaysMs: [1, 2, 4, 8, 15, 30, 60, 120].map((minutes) => minutes * MINUTE),
}

export interface ShopifyFakeOptions {
  /** What the shop sells, for a new one; or the state of one that was exported. */
  readonly catalogue: Catalogue | { readonly state: unknown }
  /** The shop's permanent domain; `demo-shop.myshopify.com` if not given. */
  readonly domain?: string
  /** The app's credentials; the secret also signs webhooks. */
  readonly clientId?: string
  readonly clientSecret: string
  /** Access tokens that are valid without end. */
  readonly accessTokens?: readonly string[]
  /** Subscriptions of the app's configuration, the only way to get the compliance topics. */
  readonly appSubscriptions?: readonly { readonly topic: string; readonly uri: string }[]
  /** Points per second that come back; 100, the standard plan's, if not given. */
  readonly restoreRate?: number
  /** Points that the bucket holds; 20 seconds' worth if not given (Shopify does not publish it). */
  readonly bucketSize?: number
  /** How long an inventory mutation is under way before it takes effect, in milliseconds; 0 if not given. */
  readonly mutationMs?: number
  readonly retrySchedule?: RetrySchedule
  readonly faultPlan?: FaultPlanInput
  readonly clock?: Clock
  readonly scheduler?: Scheduler
  /** Makes ids repeatable. */
  readonly seed?: string
  /**
   * Whether the webhooks of one action (an order and its quantities) share `X-Shopify-Event-Id`; true if not given. Shopify's documents
   * leave it open, so the harder of the two is the default.
   */
  readonly sharedEventIds?: boolean
}

/** A variant with its quantities by location name. */
export interface FakeVariant {
  readonly sku: string | null
  readonly title: string
  readonly productTitle: string
  readonly variantId: string
  readonly inventoryItemId: string
  readonly tracked: boolean
  readonly levels: readonly FakeLevel[]
}

export interface FakeLevel {
  readonly locationId: string
  readonly locationName: string
  readonly available: number
  readonly updatedAt: string
}

/** A shop that speaks Shopify's protocol, and the hands of its merchant and customers. */
export interface ShopifyFake extends Omit<Commerce, 'announce'> {
  /** The routes, to be mounted (with a prefix) in a server of one's own. */
  readonly routes: (app: FastifyInstance) => Promise<void>
  /** Serves the routes alone, on loopback; answers the endpoint for a client. A port of 0 is any free one. */
  readonly listen: (port?: number) => Promise<string>
  /** Stops serving and delivering. */
  readonly close: () => Promise<void>
  readonly faults: Faults
  /** Signs and sends a body, byte for byte, to the topic's subscriptions; answers the delivery ids, none when nobody subscribed. */
  readonly deliverRaw: (topic: string, body: Uint8Array | string, details?: DeliveryDetails) => string[]
  /** Sends `customers/redact` for a customer (by e-mail address) and forgets them. */
  readonly redactCustomer: (email: string) => void
  /** Sends `customers/data_request`. */
  readonly requestCustomerData: (email: string) => void
  /** Sends `app/uninstalled`; tokens stop working until `install`. */
  readonly uninstall: () => void
  readonly install: () => void
  /** Sends `shop/redact`, as Shopify does 48 hours after an uninstall. */
  readonly redactShop: () => void
  readonly variant: (sku: string) => FakeVariant
  /** A copy of everything, to be exported. */
  readonly state: () => ShopState
  /** Goes on from an exported state; throws an Error that names what is wrong with it. */
  readonly restore: (state: unknown) => void
  readonly webhookAttempts: () => readonly Attempt[]
  /** How many webhooks are under way or wait for a retry. */
  readonly webhooksPending: () => number
  /** Resolves when no webhook is under way. */
  readonly webhooksIdle: () => Promise<void>
}

/** Opens a fake shop. Nothing listens until `listen` is called or `routes` are mounted. */
export function shopifyFake(options: ShopifyFakeOptions): ShopifyFake {
  const { scheduler = realScheduler, seed = 'shopify', mutationMs = 0, restoreRate = 100 } = options
  const faults = createFaults({ plan: options.faultPlan ?? {}, clock: options.clock ?? (() => new Date()) })
  const { clock } = faults
  let shop = openOrRestore(options, clock())
  const state = () => shop
  /** What is configuration and not state: endless tokens and the subscriptions of the app. */
  const configure = () => {
    const fixed = (options.accessTokens ?? []).map((token) => ({ token, expiresAt: null }))
    shop.tokens = [...shop.tokens.filter(({ expiresAt }) => expiresAt !== null), ...fixed]
    shop.subscriptions = shop.subscriptions.filter(({ ofApp }) => !ofApp)
    for (const { topic, uri } of options.appSubscriptions ?? []) outbox.subscribe(topic, uri, true)
  }

  const deliverer = createDeliverer({
    faults, clock, scheduler, schedule: options.retrySchedule ?? SHOPIFY_RETRY_SCHEDULE, onAttempt: (attempt) => outbox.attempted(attempt),
  })
  const outbox: Outbox = createOutbox({ state, clock, secret: options.clientSecret, seed, deliver: deliverer.deliver })
  const emit = (topic: string, body: string, eventId: string) => {
    outbox.emit(topic, body, options.sharedEventIds === false ? {} : { eventId })
  }
  const { announce, ...commerce } = createCommerce({ state, clock, emit, eventId: outbox.eventId })
  const bucket = createBucket({ size: options.bucketSize ?? restoreRate * 20, restoreRate, clock })
  const root = resolvers({
    state,
    clock,
    processing: () => pause(scheduler, mutationMs),
    changed: announce,
    subscribe: outbox.subscribe,
    unsubscribe: outbox.unsubscribe,
  })
  const makeToken = () => `shpat_${createHash('sha256').update(`${seed}/token/${outbox.eventId()}`).digest('hex').slice(0, 32)}`
  const { clientId = 'sandbox-client', clientSecret } = options
  const executor = createExecutor({ root, bucket })
  const routes = shopRoutes({ state, clock, faults, scheduler, executor, clientId, clientSecret, makeToken })
  configure()
  let server: FastifyInstance | undefined

  return {
    ...commerce,
    ...compliance(state, outbox),
    routes,
    faults,
    listen: async (port = 0) => {
      server = Fastify()
      await server.register(routes)
      return server.listen({ host: '127.0.0.1', port })
    },
    close: async () => {
      await server?.close()
      await deliverer.close()
    },
    deliverRaw: outbox.emit,
    variant: (sku) => showVariant(shop, sku),
    state: () => structuredClone(shop),
    restore: (exported) => {
      shop = parseState(exported)
      configure()
    },
    install: () => {
      shop.installed = true
      configure()
    },
    webhookAttempts: deliverer.attempts,
    webhooksPending: deliverer.pending,
    webhooksIdle: deliverer.idle,
  }
}

const openOrRestore = ({ catalogue, domain = 'demo-shop.myshopify.com' }: ShopifyFakeOptions, now: Date): ShopState =>
  'state' in catalogue ? parseState(catalogue.state) : openShop(domain, catalogue, now)

function parseState(exported: unknown): ShopState {
  const parsed = shopStateSchema.safeParse(exported)
  if (!parsed.success) throw new Error(`The state of the fake shop cannot be used: ${z.prettifyError(parsed.error)}`)
  // What was running when the state was exported never came to its end.
  for (const attempt of Object.values(parsed.data.attempts)) {
    if (attempt.status === 'running') attempt.status = 'failed'
  }
  return parsed.data
}

function showVariant(state: ShopState, sku: string): FakeVariant {
  const { id, title, inventoryItemId, tracked, sku: found } = variantBySku(state, sku)
  const product = state.products.find(({ variants }) => variants.some((variant) => variant.id === id))
  const levels = state.levels.filter((level) => level.inventoryItemId === inventoryItemId).map(({ locationId, available, updatedAt }) => (
    { locationId, locationName: state.locations.find((location) => location.id === locationId)?.name ?? '', available, updatedAt }
  ))
  return { sku: found, title, productTitle: product?.title ?? '', variantId: id, inventoryItemId, tracked, levels }
}

function compliance(state: () => ShopState, { emit, eventId }: Outbox) {
  const customerBy = (email: string): Customer => {
    const customer = state().customers.find((candidate) => candidate.email === email)
    if (customer === undefined) throw new Error('The fake shop knows no customer with this e-mail address.')
    return customer
  }
  const ordersOf = ({ id }: Customer) => state().orders.filter(({ customerId }) => customerId === id)
  const send = (topic: string, body: object) => {
    emit(topic, toJson(body), { eventId: eventId() })
  }
  return {
    redactCustomer: (email: string) => {
      const customer = customerBy(email)
      send('customers/redact', complianceBodies.customersRedact(state(), customer, ordersOf(customer)))
      for (const order of ordersOf(customer)) order.customerId = null
      state().customers = state().customers.filter(({ id }) => id !== customer.id)
    },
    requestCustomerData: (email: string) => {
      const customer = customerBy(email)
      state().sequence += 1
      send('customers/data_request', complianceBodies.customersDataRequest(state(), customer, ordersOf(customer), String(state().sequence)))
    },
    uninstall: () => {
      state().installed = false
      send('app/uninstalled', complianceBodies.appUninstalled(state()))
    },
    redactShop: () => send('shop/redact', complianceBodies.shopRedact(state())),
  }
}
