import { etsyFake, type EtsyFake } from '@zyra/vendor-etsy/fake'
import { compressSchedule, type Clock, type Scheduler } from '@zyra/vendor-faults'
import { SHOPIFY_RETRY_SCHEDULE, shopifyFake, type ShopifyFake } from '@zyra/vendor-shopify/fake'
import { ETSY, SHOPIFY } from './credentials.ts'
import { etsySeed, shopifyCatalogue } from './demo/shop.ts'
import type { Saved } from './saved-state.ts'

/** Vendors' pauses between retries are divided by this: Shopify's 4 hours take 4 minutes. */
export const RETRIES_COMPRESSED = 60

/**
 * What the demo merchant's app is told of: what trading does, and the compliance topics. They belong to the app's configuration, so that
 * a gateway that is away for long loses webhooks, but never a subscription.
 */
export const SHOPIFY_TOPICS = [
  'inventory_levels/update', 'orders/create', 'orders/updated', 'products/update', 'app/uninstalled',
  'customers/data_request', 'customers/redact', 'shop/redact',
] as const

/** More than a new app has, so that a day of trading fits in: a shop that trades by itself is a busy one. */
const ETSY_LIMITS = { perSecond: 10, perDay: 100_000 } as const
const REFRESH_TOKEN_LIFE_S = 90 * 24 * 60 * 60
const ACCESS_TOKEN_LIFE_S = 60 * 60

/** How many orders of each channel outlive the process. */
const ORDERS_SAVED = 300

/** Ids that may have been given in the second that a crash lost, several times over. */
const SKIPPED_IDS = 10_000

export interface FakesOptions {
  /** Where webhooks go, without a path: `http://127.0.0.1:8080`. */
  readonly gatewayUrl: string
  readonly shopifySecret: string
  readonly etsyWebhookSecret: string
  readonly seed: string
  /** Products on top of the demo shop's. */
  readonly moreTiles?: number
  /** Calls per second that Etsy allows; 10 if not given. */
  readonly etsyPerSecond?: number
  readonly clock: Clock
  readonly scheduler: Scheduler
}

export interface Fakes {
  readonly shopify: ShopifyFake
  readonly etsy: EtsyFake
}

/** Both vendors with the demo shop as on its first day. */
export const openFakes = (options: FakesOptions): Fakes => {
  const { gatewayUrl, seed, clock, scheduler, moreTiles, etsyPerSecond = ETSY_LIMITS.perSecond } = options
  const shopify = shopifyFake({
    catalogue: shopifyCatalogue(moreTiles),
    domain: SHOPIFY.shop,
    clientId: SHOPIFY.clientId,
    clientSecret: options.shopifySecret,
    accessTokens: [SHOPIFY.adminToken],
    appSubscriptions: SHOPIFY_TOPICS.map((topic) => ({ topic, uri: `${gatewayUrl}/webhooks/shopify` })),
    retrySchedule: compressSchedule(SHOPIFY_RETRY_SCHEDULE, RETRIES_COMPRESSED),
    seed, clock, scheduler,
  })
  const etsy = etsyFake({
    seed: etsySeed(moreTiles),
    keystring: ETSY.keystring,
    sharedSecret: ETSY.sharedSecret,
    webhook: { url: `${gatewayUrl}/webhooks/etsy`, secret: options.etsyWebhookSecret, compress: RETRIES_COMPRESSED },
    limits: { ...ETSY_LIMITS, perSecond: etsyPerSecond },
    clock, scheduler,
  })
  const now = Math.floor(clock().getTime() / 1000)
  const { accessToken, refreshToken } = ETSY.tokens
  const consent = {
    accessToken, refreshToken, accessEndsAt: now + ACCESS_TOKEN_LIFE_S, refreshEndsAt: now + REFRESH_TOKEN_LIFE_S,
    refreshUsed: false, revoked: false,
    scopes: ['listings_r', 'listings_w', 'transactions_r'],
  }
  etsy.restore({ ...etsy.state(), grants: [consent] })
  return { shopify, etsy }
}

/** What is to be saved of the fakes. The newest orders are enough, and spare the memory cards that this is written to all the time. */
export const snapshotOf = ({ shopify, etsy }: Fakes) => {
  const [shop, listings] = [shopify.state(), etsy.state()]
  return {
    shopify: { ...shop, orders: shop.orders.slice(-ORDERS_SAVED) },
    etsy: { ...listings, receipts: listings.receipts.slice(-ORDERS_SAVED) },
  }
}

/** Goes on from what was saved; throws an Error that says what is wrong with it, and then changes nothing. */
export const restoreFakes = ({ shopify, etsy }: Fakes, saved: Pick<Saved, 'shopify' | 'etsy' | 'closed'>): void => {
  const before = etsy.state()
  etsy.restore(saved.etsy)
  try {
    shopify.restore(saved.shopify)
  } catch (error) {
    etsy.restore(before)
    throw error
  }
  if (saved.closed) return
  const [shop, listings] = [shopify.state(), etsy.state()]
  shopify.restore({ ...shop, sequence: shop.sequence + SKIPPED_IDS })
  etsy.restore({ ...listings, nextId: listings.nextId + SKIPPED_IDS })
}

/**
 * Puts goods and listings back to the first day, and takes all faults away. Who is authorised stays, and no id is given twice. It
 * happens behind everybody's back: no webhook tells of it.
 */
export const resetFakes = ({ shopify, etsy }: Fakes, options: FakesOptions): void => {
  const [shop, listings] = [shopify.state(), etsy.state()]
  const fresh = openFakes(options)
  const [newShop, newListings] = [fresh.shopify.state(), fresh.etsy.state()]
  const { tokens, subscriptions } = shop
  shopify.restore({ ...newShop, tokens, subscriptions, sequence: Math.max(shop.sequence, newShop.sequence) })
  const { grants, calls } = listings
  etsy.restore({ ...newListings, grants, calls, nextId: Math.max(listings.nextId, newListings.nextId) })
  shopify.faults.clear()
  etsy.faults.clear()
}
