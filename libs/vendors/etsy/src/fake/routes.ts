import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Faults, Scheduler } from '@zyra/vendor-faults'
import { applyRequestFaults } from '@zyra/vendor-faults'
import type { EtsyOperation } from '../wire-schema.ts'
import { checkAccess, expireAccess, revokeAll, useRefreshToken } from './grants.ts'
import type { GrantTimes } from './grants.ts'
import { replaceInventory } from './inventory.ts'
import { changeListing } from './listings.ts'
import type { createMeter } from './meter.ts'
import { refusal } from './refusal.ts'
import { inventoryShape, listingShape, listingWithInventoryShape, receiptShape } from './shapes.ts'
import type { EtsyFakeState } from './state.ts'
import type { Validator } from './validate.ts'

export type RouteContext = {
  readonly state: () => EtsyFakeState
  readonly keystring: string
  readonly sharedSecret: string
  readonly meter: ReturnType<typeof createMeter>
  readonly grantTimes: GrantTimes
  readonly validator: Validator
  readonly faults: Faults
  readonly scheduler: Scheduler
}

declare module 'fastify' {
  interface FastifyContextConfig {
    etsy?: { readonly operation: EtsyOperation | 'oauthToken'; readonly scope?: string }
  }
}

/** Etsy's own routes, under /v3. Everything is checked in the order of the real thing: key, token, limits, then the request itself. */
export const etsyRoutes = (context: RouteContext) => async (app: FastifyInstance): Promise<void> => {
  const { state, faults } = context
  parseForms(app)
  app.setErrorHandler((error, _request, reply) => {
    const { statusCode = 500, message, description } = problem(error)
    const body = { error: statusCode < 500 ? message : 'Server Error', ...(description && { error_description: description }) }
    return reply.code(statusCode).send(body)
  })
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'Resource not found' }))

  app.addHook('onRequest', async (request, reply) => {
    const needs = request.routeOptions.config.etsy
    if (!needs?.scope) return
    const key = request.headers['x-api-key']
    if (key === context.keystring) throw refusal(403, 'Shared secret is required in x-api-key header.')
    if (key !== `${context.keystring}:${context.sharedSecret}`) throw refusal(403, 'Invalid API key')
    checkAccess(state(), request.headers.authorization, needs.scope, faults.clock())
    const metered = context.meter(state(), faults.clock())
    if (metered.allowed) return void reply.headers(metered.headers)
    reply.header('retry-after', String(metered.retryAfterSeconds))
    throw refusal(429, metered.error)
  })
  applyRequestFaults(app, {
    faults,
    scheduler: context.scheduler,
    operation: (request) => request.routeOptions.config.etsy?.operation ?? 'none',
    answers: {
      rateLimited: () => ({ status: 429, body: { error: 'Exceeded per second rate limit' } }),
      serverError: (_request, status) => ({ status, body: { error: 'Server Error' } }),
      tokenRefused: (request, why) => {
        if (request.headers.authorization === undefined) return undefined
        if (why === 'expired') expireAccess(state(), request.headers.authorization, faults.clock())
        else revokeAll(state())
        return { status: 401, body: { error: 'invalid_token', error_description: `access token is ${why}` } }
      },
    },
  })
  app.addHook('preSerialization', async (request, reply, payload) => {
    const operation = request.routeOptions.config.etsy?.operation
    const fault = operation && operation !== 'oauthToken' ? context.validator.answerFault(operation, reply.statusCode, payload) : undefined
    if (fault !== undefined) throw new Error(fault)
    return payload
  })

  tokenRoute(app, context)
  listingRoutes(app, context)
  receiptRoutes(app, context)
}

const tokenRoute = (app: FastifyInstance, { state, keystring, grantTimes, faults }: RouteContext): void => {
  app.post('/v3/public/oauth/token', { config: { etsy: { operation: 'oauthToken' } } }, async (request) => {
    const form = fieldsOf(request.body)
    if (form['grant_type'] !== 'refresh_token') throw refusal(400, 'unsupported_grant_type', 'only refresh_token is supported')
    if (form['client_id'] !== keystring) throw refusal(401, 'invalid_client', 'client_id is unknown')
    const { accessToken, refreshToken } = useRefreshToken(state(), String(form['refresh_token']), faults.clock(), grantTimes)
    return { access_token: accessToken, token_type: 'Bearer', expires_in: grantTimes.accessSeconds, refresh_token: refreshToken }
  })
}

const listingRoutes = (app: FastifyInstance, { state, validator, faults }: RouteContext): void => {
  const listingOf = (request: FastifyRequest) => {
    checkShop(request, state())
    const { listing_id } = fieldsOf(request.params)
    const listing = state().listings.find(({ listingId }) => String(listingId) === listing_id)
    if (!listing) throw refusal(404, 'Could not find a listing with this listing_id')
    return listing
  }

  app.get('/v3/application/shops/:shop_id/listings', config('getListingsByShop', 'listings_r'), async (request) => {
    checkShop(request, state())
    const query = validator.query('getListingsByShop', request.query)
    const found = state().listings.filter((listing) => listing.state === (query['state'] ?? 'active'))
    const shape = query['includes'] === 'Inventory' ? listingWithInventoryShape : listingShape
    return { count: found.length, results: page(found, query).map((listing) => shape(state(), listing)) }
  })
  app.get('/v3/application/listings/:listing_id/inventory', config('getListingInventory', 'listings_r'), async (request) => {
    const query = validator.query('getListingInventory', request.query)
    const listing = listingOf(request)
    return { ...inventoryShape(state(), listing), ...(query['includes'] === 'Listing' && { listing: listingShape(state(), listing) }) }
  })
  app.put('/v3/application/listings/:listing_id/inventory', config('updateListingInventory', 'listings_w'), async (request) => {
    validator.query('updateListingInventory', request.query)
    const listing = listingOf(request)
    replaceInventory(state(), listing, validator.inventoryUpdate(request.body), faults.clock())
    return inventoryShape(state(), listing)
  })
  app.patch('/v3/application/shops/:shop_id/listings/:listing_id', config('updateListing', 'listings_w'), async (request) => {
    validator.query('updateListing', request.query)
    const listing = listingOf(request)
    changeListing(listing, validator.listingChange(request.body), faults.clock())
    return listingShape(state(), listing)
  })
}

const receiptRoutes = (app: FastifyInstance, { state, validator }: RouteContext): void => {
  app.get('/v3/application/shops/:shop_id/receipts', config('getShopReceipts', 'transactions_r'), async (request) => {
    checkShop(request, state())
    const query = validator.query('getShopReceipts', request.query)
    const from = Math.max(Number(query['min_created'] ?? 0), Number(query['min_last_modified'] ?? 0))
    const to = Math.min(Number(query['max_created'] ?? Infinity), Number(query['max_last_modified'] ?? Infinity))
    const wanted = query['was_paid'] !== false && query['was_shipped'] !== true && query['was_canceled'] !== true
    const found = state().receipts.filter(({ createdAt }) => wanted && createdAt >= from && createdAt <= to)
    const ascending = ['asc', 'ascending', 'up'].includes(String(query['sort_order'] ?? 'desc'))
    found.sort((a, b) => (a.createdAt - b.createdAt || a.receiptId - b.receiptId) * (ascending ? 1 : -1))
    return { count: found.length, results: page(found, query).map((receipt) => receiptShape(state(), receipt)) }
  })
  app.get('/v3/application/shops/:shop_id/receipts/:receipt_id', config('getShopReceipt', 'transactions_r'), async (request) => {
    checkShop(request, state())
    const receipt = state().receipts.find(({ receiptId }) => String(receiptId) === fieldsOf(request.params)['receipt_id'])
    if (!receipt) throw refusal(404, 'Could not find a receipt with this receipt_id')
    return receiptShape(state(), receipt)
  })
}

const config = (operation: EtsyOperation, scope: string) => ({ config: { etsy: { operation, scope } } })

const checkShop = (request: FastifyRequest, { shopId }: EtsyFakeState): void => {
  const { shop_id } = fieldsOf(request.params)
  if (shop_id !== undefined && shop_id !== String(shopId)) throw refusal(403, 'The token does not belong to the owner of this shop')
}

const page = <T>(all: readonly T[], query: Readonly<Record<string, unknown>>): readonly T[] => {
  const offset = Number(query['offset'] ?? 0)
  return all.slice(offset, offset + Number(query['limit'] ?? 25))
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  (typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {})

const problem = (error: unknown): { statusCode?: number; message: string; description?: string } => {
  const { statusCode, description } = fieldsOf(error)
  return {
    message: error instanceof Error ? error.message : String(error),
    ...(typeof statusCode === 'number' && { statusCode }),
    ...(typeof description === 'string' && { description }),
  }
}

const formType = 'application/x-www-form-urlencoded'

const parseForms = (app: FastifyInstance): void => {
  if (app.hasContentTypeParser(formType)) app.removeContentTypeParser(formType)
  app.addContentTypeParser(formType, { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))))
}
