import type { ZodType } from 'zod'
import { etsyError } from './errors.ts'
import type { Limits } from './limits.ts'
import { readLimits, readRateLimited } from './limits.ts'

/** One request to Etsy. `operation` is Etsy's own name of it, for messages. */
export type Call<T> = {
  readonly operation: string
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST'
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>>
  readonly accessToken?: string
  readonly answer: ZodType<T>
  readonly signal?: AbortSignal | undefined
}

export type TransportOptions = {
  readonly baseUrl: string
  readonly apiKey: string
  readonly fetch: typeof fetch
  readonly clock: () => Date
  readonly timeoutMs: number
  readonly onLimits: (limits: Limits) => void
}

export type Send = <T>(call: Call<T>) => Promise<T>

/** Sends one request once and turns whatever comes back into a value or an EtsyError. It never tries again. */
export const transport = (options: TransportOptions): Send => async (call) => {
  const timeout = AbortSignal.timeout(options.timeoutMs)
  const noAnswer = (error: unknown) => unavailable(call, error, timeout.aborted ? `no answer within ${options.timeoutMs} ms` : undefined)
  const response = await exchange(call, options, timeout).catch((error: unknown) => Promise.reject(noAnswer(error)))
  const limits = readLimits(response.headers)
  if (limits) options.onLimits(limits)
  const text = await response.text().catch((error: unknown) => Promise.reject(noAnswer(error)))
  if (!response.ok) throw failure(call, response, reasonIn(text), options.clock())

  const parsed = call.answer.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const where = parsed.error.issues[0]
  throw etsyError(call.operation, { kind: 'malformed', mayHaveHappened: call.method !== 'GET' },
    `the answer is not what Etsy documents${where ? ` (${where.path.join('.') || 'body'}: ${where.message})` : ''}.`)
}

const exchange = <T>(call: Call<T>, options: TransportOptions, timeout: AbortSignal): Promise<Response> => {
  const url = new URL(options.baseUrl.replace(/\/$/, '') + call.path)
  for (const [name, value] of Object.entries(call.query ?? {})) if (value !== undefined) url.searchParams.set(name, String(value))
  return options.fetch(url, {
    method: call.method,
    redirect: 'error',
    signal: call.signal ? AbortSignal.any([call.signal, timeout]) : timeout,
    headers: {
      accept: 'application/json',
      'x-api-key': options.apiKey,
      ...(call.accessToken !== undefined && { authorization: `Bearer ${call.accessToken}` }),
      ...(call.json !== undefined && { 'content-type': 'application/json' }),
    },
    ...(call.json !== undefined && { body: JSON.stringify(call.json) }),
    ...(call.form && { body: new URLSearchParams(call.form) }),
  })
}

const neverArrived: ReadonlySet<string> = new Set([
  'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT',
])

const unavailable = <T>(call: Call<T>, error: unknown, timedOut: string | undefined) => {
  const code = codeOf(error)
  const mayHaveHappened = call.method !== 'GET' && !neverArrived.has(code)
  const why = call.signal?.aborted ? 'the call was stopped' : timedOut ?? `no answer (${code})`
  const message = mayHaveHappened ? `${why}; it may have taken effect.` : `${why}.`
  return etsyError(call.operation, { kind: 'unavailable', mayHaveHappened }, message)
}

/** fetch hides the system's error code in the cause of its TypeError. */
const codeOf = (error: unknown): string => {
  if (typeof error !== 'object' || error === null) return 'unknown'
  const cause = 'cause' in error ? error.cause : undefined
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code)
  return 'name' in error ? String(error.name) : 'unknown'
}

const failure = <T>(call: Call<T>, response: Response, reason: string, now: Date) => {
  const { operation } = call
  const { status } = response
  if (status === 429) return etsyError(operation, readRateLimited(response.headers, reason, now), `too many calls (${reason}).`)
  if (status === 401 || status === 403) return etsyError(operation, { kind: 'unauthorised' }, `not allowed, ${status} (${reason}).`)
  if (status === 404) return etsyError(operation, { kind: 'not-found' }, `not found (${reason}).`)
  if (status < 500) return etsyError(operation, { kind: 'refused', status, reason }, `refused, ${status} (${reason}).`)
  return etsyError(operation, { kind: 'unavailable', mayHaveHappened: call.method !== 'GET' }, `failed there, ${status} (${reason}).`)
}

/** Etsy's errors are `{"error": "...", "error_description"?: "..."}`. */
const reasonIn = (text: string): string => {
  const body = parseJson(text)
  if (typeof body !== 'object' || body === null) return 'no reason given'
  const parts: readonly unknown[] = ['error' in body && body.error, 'error_description' in body && body.error_description]
  return parts.filter((part) => typeof part === 'string').join(': ').slice(0, 300) || 'no reason given'
}

const parseJson = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}
