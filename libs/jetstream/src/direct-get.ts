import { failureOf } from './ask.ts'
import { headersOf, type Headers } from './headers.ts'
import { whileConnected, type Connection } from './link.ts'
import { LogRefused, LogUnavailable, type StoredEvent } from './log.ts'
import { toStored } from './wire.ts'

const END_OF_BATCH = 204
const NOT_FOUND = 404
const TOO_MANY_SUBJECTS = 413
const BAD_REQUEST = 408
const WAIT_MS = 5_000

/** One page of a direct get and how many messages are left after it. */
export interface DirectPage {
  readonly events: readonly StoredEvent[]
  readonly left: number
  /** For last-of queries: the sequence up to which the answer holds, for the next page. */
  readonly upToSequence: number
  /** A last-of query matches more subjects than the server answers at once (1,024, nats-server's `stream.go`). */
  readonly tooMany?: true
}

const numberOf = ({ values }: Headers, name: string): number => Number(values.get(name) ?? 0)

/** Reads the answer to its end, whatever is in it, so that the client library forgets the request. */
const readPage = async ({ nc }: Connection, stream: string, query: Record<string, unknown>): Promise<DirectPage | Error> => {
  const events: StoredEvent[] = []
  let foreign: Error | undefined
  const answers = await nc.requestMany(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify(query), { strategy: 'sentinel', maxWait: WAIT_MS })
  for await (const message of answers) {
    const headers = headersOf(message)
    const { code, description, values } = headers
    if (code === NOT_FOUND) return { events, left: 0, upToSequence: 0 }
    if (code === TOO_MANY_SUBJECTS) return { events, left: 0, upToSequence: 0, tooMany: true }
    if (code === END_OF_BATCH) return foreign ?? { events, left: numberOf(headers, 'Nats-Num-Pending'), upToSequence: numberOf(headers, 'Nats-UpTo-Sequence') }
    if (code === BAD_REQUEST) return new LogRefused(`reading from ${stream}: the server does not understand ${JSON.stringify(query)} (${description})`)
    if (code !== 0) return new LogUnavailable(`reading from ${stream}: the server answers ${code} ${description}; it is safe to try again`)
    try {
      events.push(toStored(values.get('Nats-Subject') ?? '', numberOf(headers, 'Nats-Sequence'), headers, message.data))
    } catch (error) {
      foreign ??= error instanceof Error ? error : new Error(String(error))
    }
  }
  return new LogUnavailable(`reading from ${stream}: the answer stopped after ${events.length} messages; it is safe to try again`)
}

/**
 * One request of JetStream's direct-get API (batched, ADR-31). The client library's own `direct.getBatch` is not used:
 * it leaves one subscription behind with every call (nats.js 3.4.0).
 * @throws LogUnavailable when the server does not answer, or stops in the middle of its answer; LogRefused for a query it does not take;
 * Error naming subject and sequence for a message that is not Zyra's
 */
export const directGet = async (connection: Connection, stream: string, query: Record<string, unknown>): Promise<DirectPage> => {
  const page = await whileConnected(connection, () => readPage(connection, stream, query)).catch((error: unknown) => failureOf(error, `reading from ${stream}`))
  if (page instanceof Error) throw page
  return page
}
