import { timingSafeEqual } from 'node:crypto'
import { applyRequestFaults, type FaultAnswers, type Faults, type Scheduler } from '@zyra/vendor-faults'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { API_VERSION } from '../version.ts'
import type { Executor } from './executor.ts'
import type { ShopState } from './state.ts'

const TOKEN_LIFE_S = 86_399
const SCOPES = 'read_inventory,write_inventory,read_locations,read_orders,read_products,write_products'

export interface ServerOptions {
  readonly state: () => ShopState
  readonly clock: () => Date
  readonly faults: Faults
  readonly scheduler: Scheduler
  readonly executor: Executor
  readonly clientId: string
  readonly clientSecret: string
  /** A new access token. */
  readonly makeToken: () => string
}

const graphqlBody = z.object({ operationName: z.string().optional() })
const tokenBody = z.object({ grant_type: z.string(), client_id: z.string(), client_secret: z.string() })
const UNAUTHORIZED = { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' }

/** The HTTP face of a fake shop: the token endpoint and the Admin GraphQL API, both under the fault plan. */
export const shopRoutes = (options: ServerOptions) => async (app: FastifyInstance): Promise<void> => {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))))
  })
  app.addHook('onSend', async (_request, reply) => {
    reply.header('date', options.clock().toUTCString())
  })
  applyRequestFaults(app, { faults: options.faults, scheduler: options.scheduler, operation, answers: answers(options) })

  app.post('/admin/oauth/access_token', async (request, reply) => giveToken(options, request, reply))

  app.post<{ Params: { version: string } }>('/admin/api/:version/graphql.json', async (request, reply) => {
    if (!isServed(request.params.version)) return reply.code(404).send({ errors: 'Not Found' })
    reply.header('x-shopify-api-version', API_VERSION)
    if (!isAuthorised(options, request)) return reply.code(401).send(UNAUTHORIZED)
    const { status, body } = await options.executor.run(request.body)
    return reply.code(status).send(body)
  })
}

/** The fault plan's name of a request: the GraphQL operation, or `token`. */
function operation(request: FastifyRequest): string {
  return request.url.includes('/admin/oauth/') ? 'token' : (graphqlBody.safeParse(request.body).data?.operationName ?? 'graphql')
}

/** Ours, and retired ones, which fall forward to the oldest that is served; later and unknown ones do not exist. */
const isServed = (version: string): boolean => /^\d{4}-(?:01|04|07|10)$/.test(version) && version <= API_VERSION

function presentedToken(request: FastifyRequest): string {
  const header = request.headers['x-shopify-access-token']
  return typeof header === 'string' ? header : ''
}

function isAuthorised({ state, clock }: ServerOptions, request: FastifyRequest): boolean {
  const known = state().tokens.find(({ token }) => token === presentedToken(request))
  return state().installed && known !== undefined && (known.expiresAt === null || Date.parse(known.expiresAt) > clock().getTime())
}

function giveToken(options: ServerOptions, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { state, clock, clientId, clientSecret, makeToken } = options
  const body = tokenBody.safeParse(request.body)
  if (!body.success || body.data.grant_type !== 'client_credentials') return reply.code(400).send({ error: 'invalid_request' })
  const known = same(body.data.client_id, clientId) && same(body.data.client_secret, clientSecret)
  if (!known) return reply.code(400).send({ error: 'invalid_client' })
  if (!state().installed) return reply.code(400).send({ error: 'app_not_installed' })
  const token = makeToken()
  const now = clock().getTime()
  const living = state().tokens.filter(({ expiresAt }) => expiresAt === null || Date.parse(expiresAt) > now)
  state().tokens = [...living, { token, expiresAt: new Date(now + TOKEN_LIFE_S * 1000).toISOString() }]
  return reply.send({ access_token: token, scope: SCOPES, expires_in: TOKEN_LIFE_S })
}

function same(found: string, expected: string): boolean {
  const [a, b] = [Buffer.from(found), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

const answers = ({ state }: ServerOptions): FaultAnswers => ({
  rateLimited: () => ({ status: 429, body: { errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }] } }),
  serverError: (_request, status) => ({ status, body: { errors: 'Internal Server Error' } }),
  tokenRefused: (request, why) => {
    const gone = (expiresAt: string | null, token: string) => why === 'revoked' || (expiresAt !== null && token === presentedToken(request))
    state().tokens = state().tokens.filter(({ token, expiresAt }) => !gone(expiresAt, token))
    if (why === 'revoked') state().installed = false
    return { status: 401, body: UNAUTHORIZED }
  },
})
