import { z } from 'zod'
import type { Document } from './documents.ts'
import type { ShopifyError, ShopifyResult } from './errors.ts'
import { fail, kindOfCode, succeed } from './errors.ts'
import type { Sleep, ThrottleStatus } from './throttle.ts'
import { createThrottle } from './throttle.ts'
import { API_VERSION } from './version.ts'
import { parseExactJson } from './webhooks/json.ts'

export interface TransportOptions {
  /** Where the shop's API is, without path: `https://demo-shop.myshopify.com`. */
  readonly endpoint: string
  /** Answers the access token; called again with the refused token when Shopify answers 401, to be given another one. */
  readonly token: (refused?: string) => Promise<string>
  readonly fetch: typeof globalThis.fetch
  readonly clock: () => Date
  readonly sleep: Sleep
  /** How long one request may take, in milliseconds. */
  readonly timeoutMs: number
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

/** What Shopify answered. */
export interface Answer {
  readonly data: unknown
  /**
   * A time by Shopify's clock before which every change is surely part of a read: the `Date` header, less the time the call took. UTC,
   * nine digits of a second, comparable with a webhook's `triggeredAt`. The header has whole seconds, so this is up to a second too
   * early, never too late.
   */
  readonly asOf: string
  /** The API version that answered; another than ours when ours was retired. */
  readonly servedVersion: string | undefined
}

export type Variables = Readonly<Record<string, unknown>>
export type Transport = (document: Document, variables: Variables, options?: CallOptions) => Promise<ShopifyResult<Answer>>

const THROTTLED_TRIES = 5
const PAUSE_WHEN_THROTTLED_BLINDLY_MS = 1000

const graphqlError = z.object({ message: z.string(), extensions: z.object({ code: z.string().optional() }).optional() })
const envelope = z.object({
  data: z.unknown().optional(),
  errors: z.union([z.string(), z.array(graphqlError)]).optional(),
  extensions: z.object({
    cost: z.object({
      throttleStatus: z.object({ maximumAvailable: z.number(), currentlyAvailable: z.number(), restoreRate: z.number().positive() }),
    }).optional(),
  }).optional().catch(undefined),
})
type Envelope = z.infer<typeof envelope>

type Request = {
  readonly document: Document
  readonly variables: Variables
  readonly token: string
  readonly signal: AbortSignal | undefined
}
type Reply = { readonly response: Response; readonly body: Envelope | undefined; readonly startedAt: number }
type Step = ShopifyResult<Answer> | 'throttled' | 'unauthorized'

/** Sends documents to one shop: keeps to the rate limit, waits when throttled, asks for a new token once on a 401. */
export function createTransport(options: TransportOptions): Transport {
  const throttle = createThrottle(options)

  const send = async ({ document, variables, signal, token }: Request): Promise<Reply> => {
    const timeout = AbortSignal.timeout(options.timeoutMs)
    const startedAt = options.clock().getTime()
    const response = await options.fetch(`${options.endpoint}/admin/api/${API_VERSION}/graphql.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', 'x-shopify-access-token': token },
      body: JSON.stringify({ query: document.text, variables, operationName: document.name }),
      redirect: 'error',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    })
    return { response, body: readEnvelope(await response.text()), startedAt }
  }

  const attempt = async (request: Request): Promise<Step> => {
    const { document, signal } = request
    await throttle.reserve(document.maxCost, signal)
    let status: ThrottleStatus | undefined
    try {
      const reply = await send(request)
      status = reply.body?.extensions?.cost?.throttleStatus
      const step = judge(document, reply, options.clock().getTime())
      if (step === 'throttled' && status === undefined) await options.sleep(retryAfterMs(reply.response), signal)
      return step
    } catch (error) {
      return fail(noAnswer(document, error, signal))
    } finally {
      throttle.settle(document.maxCost, status)
    }
  }

  const call = async (request: Omit<Request, 'token'>): Promise<ShopifyResult<Answer>> => {
    const { name } = request.document
    let token = await options.token()
    let renewed = false
    for (let tries = 0; tries < THROTTLED_TRIES; ) {
      const step = await attempt({ ...request, token })
      if (step === 'throttled') tries += 1
      else if (step !== 'unauthorized') return step
      else if (renewed) return fail({ kind: 'unauthorized', message: `Shopify refused two tokens for ${name}; authorise the app again.` })
      else {
        token = await options.token(token)
        renewed = true
      }
    }
    return fail({ kind: 'throttled', message: `Shopify throttled ${name} ${THROTTLED_TRIES} times in a row; try again later.` })
  }

  return async (document, variables, { signal } = {}) => {
    try {
      return await call({ document, variables, signal })
    } catch (error) {
      return fail(notSent(document, error, signal))
    }
  }
}

/** Whether sending this document may change something at Shopify. */
export const isMutation = ({ text }: Document): boolean => text.startsWith('mutation')

function readEnvelope(text: string): Envelope | undefined {
  try {
    return envelope.safeParse(parseExactJson(text)).data
  } catch {
    return undefined
  }
}

function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : PAUSE_WHEN_THROTTLED_BLINDLY_MS
}

function noAnswer(document: Document, error: unknown, signal: AbortSignal | undefined): ShopifyError {
  const mayHaveHappened = isMutation(document)
  if (signal?.aborted === true) return { kind: 'aborted', mayHaveHappened, message: `The call ${document.name} was aborted.` }
  return { kind: 'unavailable', mayHaveHappened, message: `Shopify gave no answer to ${document.name}: ${causeOf(error)}` }
}

function notSent({ name }: Document, error: unknown, signal: AbortSignal | undefined): ShopifyError {
  const mayHaveHappened = false
  if (signal?.aborted === true) return { kind: 'aborted', mayHaveHappened, message: `The call ${name} was aborted before it was sent.` }
  return { kind: 'unavailable', mayHaveHappened, message: `The call ${name} was not sent: ${causeOf(error)}` }
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason'
  return error.cause instanceof Error ? error.cause.message : error.message
}

function judge(document: Document, { response, body, startedAt }: Reply, now: number): Step {
  const { status } = response
  const { name } = document
  if (status === 429) return 'throttled'
  if (status === 401) return 'unauthorized'
  const message = `Shopify answered ${name} with ${status}: ${describeErrors(body) || 'no reason given'}`
  if (status >= 500) return fail({ kind: 'unavailable', mayHaveHappened: isMutation(document), message })
  if (status >= 400) return fail({ kind: 'refused', status, message })
  if (body === undefined) return malformed(document, 'its body is not the JSON of a GraphQL answer')
  if (body.errors !== undefined && body.errors.length > 0) return graphqlErrors(document, body, status)
  const asOf = readTime(response, now - startedAt)
  if (asOf === undefined) return malformed(document, 'it has no usable Date header, so it cannot be ordered against webhooks')
  return succeed({ data: body.data, asOf, servedVersion: response.headers.get('x-shopify-api-version') ?? undefined })
}

function malformed(document: Document, reason: string): ShopifyResult<never> {
  const message = `Shopify's answer to ${document.name} cannot be used: ${reason}.`
  return fail({ kind: 'malformed', mayHaveHappened: isMutation(document), message })
}

function graphqlErrors(document: Document, body: Envelope, status: number): Step {
  const codes = typeof body.errors === 'string' ? [] : (body.errors ?? []).map(({ extensions }) => extensions?.code)
  const message = `Shopify answered ${document.name} with: ${describeErrors(body)}`
  if (codes.includes('THROTTLED')) return 'throttled'
  if (codes.includes('MAX_COST_EXCEEDED')) return fail({ kind: 'too-expensive', message })
  if (codes.includes('ACCESS_DENIED')) return fail({ kind: 'refused', status, message })
  const known = codes.map(kindOfCode).find((kind) => kind !== undefined)
  if (known !== undefined) return fail({ kind: known, message })
  if (codes.includes('INTERNAL_SERVER_ERROR') || codes.includes('TIMEOUT')) {
    return fail({ kind: 'unavailable', mayHaveHappened: isMutation(document), message })
  }
  return fail({ kind: 'invalid-request', message })
}

function describeErrors(body: Envelope | undefined): string {
  const errors = body?.errors
  return typeof errors === 'string' ? errors : (errors ?? []).map(({ message }) => message).join(' ')
}

function readTime(response: Response, tookMs: number): string | undefined {
  const date = Date.parse(response.headers.get('date') ?? '')
  return Number.isNaN(date) ? undefined : new Date(date - tookMs).toISOString().replace('Z', '000000Z')
}
