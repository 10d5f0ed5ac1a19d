import type { Msg, MsgHdrs, NatsConnection } from '@nats-io/transport-node'
import { LogUnavailable, type StoredEvent } from './log.ts'
import { fromHeaders } from './wire.ts'

const decoder = new TextDecoder()
const END_OF_BATCH = 204
const NOT_FOUND = 404

/** One page of a direct get and how many messages are left after it. */
export interface DirectPage {
  readonly events: readonly StoredEvent[]
  readonly left: number
  /** For last-of queries: the sequence up to which the answer holds, for the next page. */
  readonly upToSequence: number
}

/** @throws Error naming the sequence when the envelope or the body is not what Zyra writes */
export const toStored = (subject: string, sequence: number, header: MsgHdrs | undefined, data: Uint8Array): StoredEvent => {
  const where = `${subject} #${sequence}`
  const envelope = fromHeaders(header, where)
  try {
    return { subject, sequence, envelope, data: JSON.parse(decoder.decode(data)) }
  } catch (cause) {
    throw new Error(`the body of the message at ${where} is not JSON`, { cause })
  }
}

const numberOf = (message: Msg, header: string): number => Number(message.headers?.get(header) ?? 0)

/**
 * One request of JetStream's direct-get API (batched, ADR-31). The client library's own `direct.getBatch` is not used:
 * it leaves one subscription behind with every call (nats.js 3.4.0).
 * @throws LogUnavailable when the server does not answer, or stops in the middle of its answer
 */
export const directGet = async (nc: NatsConnection, stream: string, query: Record<string, unknown>): Promise<DirectPage> => {
  const events: StoredEvent[] = []
  try {
    const answers = await nc.requestMany(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify(query), { strategy: 'sentinel', maxWait: 5_000 })
    for await (const message of answers) {
      const code = message.headers?.code ?? 0
      if (code === NOT_FOUND) return { events, left: 0, upToSequence: 0 }
      if (code === END_OF_BATCH) return { events, left: numberOf(message, 'Nats-Num-Pending'), upToSequence: numberOf(message, 'Nats-UpTo-Sequence') }
      if (code !== 0) throw new Error(`the server answers ${code} ${message.headers?.description ?? ''}`)
      events.push(toStored(message.headers?.get('Nats-Subject') ?? '', numberOf(message, 'Nats-Sequence'), message.headers, message.data))
    }
  } catch (cause) {
    throw new LogUnavailable(`cannot read from ${stream}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
  throw new LogUnavailable(`cannot read from ${stream}: the answer stopped after ${events.length} messages`)
}
