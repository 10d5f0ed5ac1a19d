import type { FastifyInstance } from 'fastify'
import Fastify from 'fastify'
import type { Attempt, Clock, FaultPlanInput, Faults, Scheduler } from '@zyra/vendor-faults'
import { createFaults, realScheduler } from '@zyra/vendor-faults'
import type { GrantTimes } from './fake/grants.ts'
import { issueGrant, revokeAll } from './fake/grants.ts'
import type { MeterLimits } from './fake/meter.ts'
import { createMeter } from './fake/meter.ts'
import type { Order, PlacedOrder } from './fake/orders.ts'
import { placeOrder } from './fake/orders.ts'
import { etsyRoutes } from './fake/routes.ts'
import type { EtsyFakeState, EtsySeed } from './fake/state.ts'
import { etsyFakeStateSchema, stateFromSeed } from './fake/state.ts'
import { createValidator } from './fake/validate.ts'
import type { WebhookTarget } from './fake/webhooks.ts'
import { createWebhookSender } from './fake/webhooks.ts'
import type { EtsyTokens } from './tokens.ts'

export type { Order, PlacedOrder } from './fake/orders.ts'
export type { EtsyFakeState, EtsySeed } from './fake/state.ts'
export { etsySeedSchema } from './fake/state.ts'
export type { WebhookTarget } from './fake/webhooks.ts'

export type EtsyFakeOptions = {
  /** What the shop starts with; ignored when `restore` is called afterwards. */
  readonly seed: EtsySeed
  readonly keystring: string
  readonly sharedSecret: string
  /** Without it the app is not a commercial one and gets no webhooks. */
  readonly webhook?: WebhookTarget
  /** 10 a second and 10,000 in 24 hours if not given, as a new app has. */
  readonly limits?: MeterLimits
  /** An hour and 90 days if not given. */
  readonly grantTimes?: GrantTimes
  readonly faults?: FaultPlanInput
  readonly clock?: Clock
  readonly scheduler?: Scheduler
}

/** One variation as a shop owner would see it, with what was done to its listing. */
export type EtsyFakeRow = {
  readonly listingId: string
  readonly sku: string
  readonly title: string
  readonly state: EtsyFakeState['listings'][number]['state']
  readonly quantity: number
  /** What buyers can have now. */
  readonly sellable: number
  readonly inventoryWrites: number
  readonly identicalWrites: number
  readonly stateWrites: number
  readonly renewals: number
}

export type EtsyFake = {
  /** Etsy's routes (`/v3/...`), to be registered on a Fastify instance, with a prefix if wanted. */
  readonly routes: (app: FastifyInstance) => Promise<void>
  /** Starts a server of its own on loopback and answers its base URL. */
  readonly listen: (port?: number) => Promise<string>
  /** What a merchant's consent would give: tokens for one app. */
  readonly issueTokens: () => EtsyTokens
  /** The merchant withdraws consent: every token is dead. */
  readonly revokeTokens: () => void
  /** Somebody buys; a webhook goes out if the order could be placed. */
  readonly placeOrder: (order: Order) => PlacedOrder
  readonly faults: Faults
  readonly rows: () => readonly EtsyFakeRow[]
  readonly webhookAttempts: () => readonly Attempt[]
  /** Resolves when no webhook is on its way. */
  readonly webhooksIdle: () => Promise<void>
  /** Everything but faults and webhooks on their way, as JSON. */
  readonly state: () => EtsyFakeState
  /** Throws a ZodError when this is not what `state` gives. */
  readonly restore: (state: unknown) => void
  readonly close: () => Promise<void>
}

/** A shop on an Etsy that runs here and behaves as documented, or as badly as told. See README.md for what it enforces. */
export const etsyFake = (options: EtsyFakeOptions): EtsyFake => {
  const scheduler = options.scheduler ?? realScheduler
  const grantTimes = options.grantTimes ?? { accessSeconds: 3600, refreshSeconds: 90 * 86_400 }
  const faults = createFaults({ plan: options.faults ?? {}, clock: options.clock ?? (() => new Date()) })
  let state = stateFromSeed(options.seed, faults.clock())
  const webhooks = options.webhook && createWebhookSender(options.webhook, { faults, clock: faults.clock, scheduler })
  const routes = etsyRoutes({
    state: () => state,
    keystring: options.keystring,
    sharedSecret: options.sharedSecret,
    meter: createMeter(options.limits ?? { perSecond: 10, perDay: 10_000 }),
    grantTimes,
    validator: createValidator(),
    faults,
    scheduler,
  })
  let server: FastifyInstance | undefined

  return {
    routes,
    listen: async (port = 0) => {
      server = Fastify({ forceCloseConnections: true })
      await server.register(routes)
      return server.listen({ host: '127.0.0.1', port })
    },
    issueTokens: () => {
      const { accessToken, refreshToken, accessEndsAt } = issueGrant(state, faults.clock(), grantTimes)
      return { accessToken, refreshToken, expiresAt: new Date(accessEndsAt * 1000).toISOString() }
    },
    revokeTokens: () => revokeAll(state),
    placeOrder: (order) => {
      const placed = placeOrder(state, order, faults.clock())
      if (placed.placed) webhooks?.orderPaid(state.shopId, placed.receiptId)
      return placed
    },
    faults,
    rows: () => state.listings.flatMap(rowsOf),
    webhookAttempts: () => webhooks?.deliverer.attempts() ?? [],
    webhooksIdle: async () => webhooks?.deliverer.idle(),
    state: () => structuredClone(state),
    restore: (saved) => {
      state = etsyFakeStateSchema.parse(saved)
    },
    close: async () => {
      await webhooks?.deliverer.close()
      await server?.close()
    },
  }
}

const rowsOf = (listing: EtsyFakeState['listings'][number]): readonly EtsyFakeRow[] =>
  listing.products.map(({ sku, quantity, enabled }) => ({
    listingId: String(listing.listingId), sku, title: listing.title, state: listing.state, quantity,
    sellable: listing.state === 'active' && enabled ? quantity : 0, ...listing.counts,
  }))
