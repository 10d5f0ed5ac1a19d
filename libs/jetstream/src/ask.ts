import { errors, type Msg, type MsgHdrs } from '@nats-io/transport-node'
import { whileConnected, type Connection } from './link.ts'
import { LogRefused, LogUnavailable } from './log.ts'
import { checkLength } from './subject-length.ts'

/** How JetStream says no. `err_code` is the reason (nats-server's `errors.json`). */
export interface ApiError {
  readonly code: number
  readonly err_code?: number
  readonly description: string
}

/** Codes that mean something here. */
export const errorCodes = {
  noPeers: 10005,
  consumerNotFound: 10014,
  streamNotFound: 10059,
  noMessageFound: 10037,
  sequenceNotFound: 10043,
  cannotUnseal: 10052,
  otherStream: 10060,
  wrongLastSequence: 10071,
  wrongLastSequenceInBatch: 10164,
  batchIncomplete: 10176,
  duplicateInBatch: 10201,
  tooManyBatches: 10210,
} as const

/** Storage or memory is used up, or the server is not ready (`errors.json`): it may pass. */
const TRANSIENT: ReadonlySet<number | undefined> = new Set([10002, 10008, 10009, 10023, 10028, 10047, 10077, 10118])

/** True for what another try may get past. */
export const passes = ({ code, err_code }: ApiError): boolean => code === 503 || code === 429 || TRANSIENT.has(err_code)

const causesOf = (error: unknown): unknown[] => (error instanceof Error && error.cause !== undefined ? [error, ...causesOf(error.cause)] : [error])

/** What a failed request means. */
export const failureOf = (error: unknown, what: string): LogRefused | LogUnavailable => {
  const refusal = causesOf(error).find((cause) => cause instanceof errors.PermissionViolationError)
  if (refusal !== undefined) return new LogRefused(`${what} is not allowed with these credentials: each service acts under its own name only`, { cause: error })
  const why = error instanceof Error ? error.message : String(error)
  return new LogUnavailable(`${what}: the server does not answer (${why}); it is safe to try again`, { cause: error })
}

/** How a request is made. */
export interface AskOptions {
  readonly headers?: MsgHdrs
  readonly timeoutMs?: number
  /** What is asked for, for the sentence of an error. */
  readonly what?: string
}

/**
 * One request and its answer.
 * @throws LogRefused without permission or for a subject that is too long, LogUnavailable without an answer in time
 */
export const ask = async (connection: Connection, subject: string, body: string | Uint8Array, options: AskOptions = {}): Promise<Msg> => {
  const { headers, timeoutMs = 5_000, what = subject } = options
  checkLength(subject)
  try {
    const request = { timeout: timeoutMs, ...(headers === undefined ? {} : { headers }) }
    return await whileConnected(connection, () => connection.nc.request(subject, body, request))
  } catch (error) {
    throw failureOf(error, what)
  }
}

/**
 * One request to JetStream's API; answers its error where it is one of those that the caller expects.
 * @throws LogRefused for any other error, LogUnavailable without an answer in time
 */
export const askApi = async <Answer>(
  connection: Connection, api: string, body: unknown, expected: readonly number[] = [],
): Promise<Answer & { readonly error?: ApiError }> => {
  const what = `$JS.API.${api}`
  const message = await ask(connection, what, body === undefined ? '' : JSON.stringify(body))
  const answer = message.json<Answer & { readonly error?: ApiError }>()
  const { error } = answer
  if (error === undefined || expected.includes(error.err_code ?? 0)) return answer
  const sentence = `${what}: the server refuses with "${error.description}" (${error.err_code ?? error.code})`
  throw passes(error) ? new LogUnavailable(`${sentence}; it is safe to try again`) : new LogRefused(sentence)
}
