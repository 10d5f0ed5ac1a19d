import { etsyError, isEtsyError } from './errors.ts'
import type { Limits } from './limits.ts'
import type { Inventory, InventoryUpdate, Listing, ListingState, ListingWithInventory, Receipt } from './model.ts'
import {
  inventorySchema, inventoryWithListingSchema, listingSchema, listingsPageSchema, receiptSchema, receiptsPageSchema, tokenAnswerSchema,
} from './model.ts'
import type { EtsyTokens } from './tokens.ts'
import { tokenKeeper } from './tokens.ts'
import type { Call } from './transport.ts'
import { transport } from './transport.ts'

export type EtsyClientOptions = {
  /** Without a trailing slash; `https://openapi.etsy.com` for the real one. */
  readonly baseUrl: string
  readonly keystring: string
  readonly sharedSecret: string
  readonly shopId: string
  readonly tokens: EtsyTokens
  /** Awaited before new tokens are used; must have stored them durably when it resolves. */
  readonly saveTokens: (tokens: EtsyTokens) => Promise<void>
  /** For processes that share one authorisation: reads what another may have stored. */
  readonly loadTokens?: () => Promise<EtsyTokens>
  readonly fetch?: typeof fetch
  readonly clock?: () => Date
  /** How long one request may take, in ms; 10,000 if not given. */
  readonly timeoutMs?: number
}

/** From when on receipts are wanted, in seconds since 1970 (not before 2000, says Etsy). */
export type ReceiptFilter = { readonly minCreated?: number; readonly minLastModified?: number }

/**
 * Etsy Open API v3, as far as stock needs it. Every method throws an EtsyError (or what `saveTokens` and `loadTokens` throw). Nothing is
 * tried again by itself, except once after an expired token was refreshed (Etsy did nothing then).
 */
export type EtsyClient = {
  /** All listings of the shop in these states, with inventory, 100 a page. What changes state meanwhile may be missed or come twice. */
  readonly listListings: (states: readonly Exclude<ListingState, 'unknown'>[], signal?: AbortSignal) => AsyncGenerator<Listing>
  /** The inventory together with the listing's state, in one call. */
  readonly getListingInventory: (listingId: string, signal?: AbortSignal) => Promise<ListingWithInventory>
  readonly updateListingInventory: (listingId: string, update: InventoryUpdate, signal?: AbortSignal) => Promise<Inventory>
  readonly updateListing: (listingId: string, change: { readonly state: 'active' | 'inactive' }, signal?: AbortSignal) => Promise<Listing>
  /**
   * Receipts, oldest first, 100 a page. May give a receipt twice. The next watermark is the time at which this read began (less a minute
   * for clocks that differ), not the newest receipt seen: one that changed while pages were read may be missing from them.
   */
  readonly getShopReceipts: (filter: ReceiptFilter, signal?: AbortSignal) => AsyncGenerator<Receipt>
  readonly getShopReceipt: (receiptId: string, signal?: AbortSignal) => Promise<Receipt>
  /** Refreshes now. Not needed before other calls: they refresh when they must. */
  readonly refreshTokens: () => Promise<void>
  /** The newest that Etsy said about rate limits; undefined before the first answer. */
  readonly limits: () => Limits | undefined
}

const pageSize = 100

/** @see EtsyClient */
export const etsyClient = (options: EtsyClientOptions): EtsyClient => {
  const clock = options.clock ?? (() => new Date())
  let limits: Limits | undefined
  const send = transport({
    baseUrl: options.baseUrl,
    apiKey: `${options.keystring}:${options.sharedSecret}`,
    fetch: options.fetch ?? fetch,
    clock,
    timeoutMs: options.timeoutMs ?? 10_000,
    onLimits: (newest) => {
      limits = newest
    },
  })
  const keeper = tokenKeeper({
    tokens: options.tokens,
    saveTokens: options.saveTokens,
    ...(options.loadTokens && { loadTokens: options.loadTokens }),
    clock,
    exchange: async (refreshToken) => {
      const form = { grant_type: 'refresh_token', client_id: options.keystring, refresh_token: refreshToken }
      const asked = clock().getTime()
      const answer = await send({
        operation: 'oauthToken', method: 'POST', path: '/v3/public/oauth/token', form, answer: tokenAnswerSchema,
      }).catch(noLongerAuthorised)
      const expiresAt = new Date(asked + answer.expires_in * 1000).toISOString()
      return { accessToken: answer.access_token, refreshToken: answer.refresh_token, expiresAt }
    },
  })

  const call = async <T>(request: Call<T>): Promise<T> => {
    const accessToken = await keeper.accessToken()
    try {
      return await send({ ...request, accessToken })
    } catch (error) {
      if (!isEtsyError(error) || error.kind !== 'unauthorised' || !error.message.includes('invalid_token')) throw error
      const renewed = await keeper.renew(accessToken)
      return await send({ ...request, accessToken: renewed.accessToken })
    }
  }

  const shop = `/v3/application/shops/${encodeURIComponent(options.shopId)}`
  const inventoryOf = (listingId: string) => `/v3/application/listings/${encodeURIComponent(listingId)}/inventory`

  return {
    listListings: async function* (states, signal) {
      for (const state of states) {
        yield* pages((paging) => call({
          operation: 'getListingsByShop', method: 'GET', path: `${shop}/listings`, query: { state, includes: 'Inventory', ...paging },
          answer: listingsPageSchema, signal,
        }))
      }
    },
    getListingInventory: (listingId, signal) => call({
      operation: 'getListingInventory', method: 'GET', path: inventoryOf(listingId), query: { includes: 'Listing' },
      answer: inventoryWithListingSchema, signal,
    }),
    updateListingInventory: (listingId, update, signal) => call({
      operation: 'updateListingInventory', method: 'PUT', path: inventoryOf(listingId), json: update, answer: inventorySchema, signal,
    }),
    updateListing: (listingId, { state }, signal) => call({
      operation: 'updateListing', method: 'PATCH', path: `${shop}/listings/${encodeURIComponent(listingId)}`, form: { state },
      answer: listingSchema, signal,
    }),
    getShopReceipts: ({ minCreated, minLastModified }, signal) => pages((paging) => call({
      operation: 'getShopReceipts', method: 'GET', path: `${shop}/receipts`,
      query: { min_created: minCreated, min_last_modified: minLastModified, sort_on: 'created', sort_order: 'asc', ...paging },
      answer: receiptsPageSchema, signal,
    })),
    getShopReceipt: (receiptId, signal) => call({
      operation: 'getShopReceipt', method: 'GET', path: `${shop}/receipts/${encodeURIComponent(receiptId)}`, answer: receiptSchema, signal,
    }),
    refreshTokens: async () => {
      await keeper.renew()
    },
    limits: () => limits,
  }
}

async function* pages<T>(read: (paging: { limit: number; offset: number }) => Promise<{ results: T[] }>): AsyncGenerator<T> {
  for (let offset = 0; ; offset += pageSize) {
    const { results } = await read({ limit: pageSize, offset })
    yield* results
    if (results.length < pageSize) return
  }
}

/** A refresh token that is revoked, expired or already used is answered 400 invalid_grant. */
const noLongerAuthorised = (error: unknown): never => {
  if (!isEtsyError(error) || error.kind !== 'refused') throw error
  throw etsyError(error.operation, { kind: 'unauthorised' },
    `the authorisation has ended (${error.reason}); connect the shop to Etsy again.`)
}
