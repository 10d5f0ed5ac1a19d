import { nuid, type MsgHdrs } from '@nats-io/transport-node'
import { ask, errorCodes, type ApiError } from './ask.ts'
import type { Connection } from './link.ts'
import { type AppendRequest, LogRefused } from './log.ts'
import type { Segment } from './segments.ts'
import { checkLength } from './subject-length.ts'
import { toHeaders, type OutgoingEvent } from './wire.ts'

/** A message ready to be sent. */
export interface Message {
  readonly subject: string
  readonly headers: MsgHdrs
  readonly body: Uint8Array
  /** Of headers and body together. */
  readonly bytes: number
}

/** JetStream's answer to what was published. */
export interface PubAck {
  readonly seq?: number
  readonly duplicate?: boolean
  readonly error?: ApiError
}

/** What sending came to; `unreachable` leaves open whether the messages arrived. */
export type Outcome = { readonly ack: PubAck } | { readonly unreachable: Error }

const encoder = new TextEncoder()
const BATCH_HEADERS = ['Nats-Batch-Id', 'Nats-Batch-Sequence', 'Nats-Batch-Commit'] as const

const sizeOf = (headers: MsgHdrs): number => {
  let size = 0
  for (const [name, values] of headers) for (const value of values) size += name.length + value.length + 4
  return size
}

const toMessage = (subject: string, event: OutgoingEvent, epoch: number): Message => {
  const headers = toHeaders(event.envelope, epoch)
  headers.append('Nats-Msg-Id', event.envelope.id)
  const body = encoder.encode(JSON.stringify(event.data))
  return { subject, headers, body, bytes: sizeOf(headers) + body.length }
}

/** Room for what is added to a message when it is sent. */
const RESERVED_BYTES = 512

/** What else were sent would be a broken line of the protocol, for which the server hangs up. */
const LEGAL_SUBJECT = /^zyra(?:\.[\w=-]+){4}$/

/**
 * The messages of one decision.
 * @throws LogRefused for a subject that is none of the log's or too long, or an event larger than the server takes: it would hang up on us
 */
export const toMessages = ({ subject, events }: AppendRequest, epoch: number, maxBytes: number): Message[] => {
  checkLength(subject)
  if (!LEGAL_SUBJECT.test(subject)) {
    throw new LogRefused(`"${subject}" is not a subject of the log: expected zyra.<merchant>.<service>.<aggregate>.<id>, ids encoded`)
  }
  const messages = events.map((event) => toMessage(subject, event, epoch))
  const tooLarge = messages.find(({ bytes }) => bytes + RESERVED_BYTES > maxBytes)
  if (tooLarge !== undefined) {
    const limit = maxBytes - RESERVED_BYTES
    throw new LogRefused(`an event for ${subject} has ${tooLarge.bytes} bytes, the server takes ${limit}: put large bodies into the object store`)
  }
  return messages
}

/**
 * Makes messages land in this segment or nowhere. What is expected of a subject that ended in an earlier one is that this one has nothing
 * of it: no sealed segment takes an event, so whoever knows where the subject ended there knows all.
 */
export const expectIn = (segment: Segment, messages: readonly Message[], expectedSequence: number | undefined): void => {
  for (const { headers } of messages) headers.set('Nats-Expected-Stream', segment.stream)
  if (expectedSequence === undefined) return
  messages[0]?.headers.set('Nats-Expected-Last-Subject-Sequence', String(expectedSequence < segment.first ? 0 : expectedSequence))
}

/** Sends messages, one by itself or several so that they land together or not at all. */
export const createPublisher = (connection: Connection, timeoutMs: number) => {
  const request = async ({ subject, body, headers }: Message): Promise<Outcome> => {
    try {
      const answer = await ask(connection, subject, body, { headers, timeoutMs, what: `appending to ${subject}` })
      return { ack: answer.json<PubAck>() }
    } catch (error) {
      if (error instanceof LogRefused) return { ack: { error: { code: 403, description: error.message } } }
      return { unreachable: error instanceof Error ? error : new Error(String(error)) }
    }
  }

  const sendBatch = async (messages: readonly Message[]): Promise<Outcome> => {
    const batchId = nuid.next()
    try {
      for (const [index, message] of messages.entries()) {
        message.headers.append('Nats-Batch-Id', batchId)
        message.headers.append('Nats-Batch-Sequence', String(index + 1))
        if (index < messages.length - 1) {
          connection.nc.publish(message.subject, message.body, { headers: message.headers })
          continue
        }
        message.headers.append('Nats-Batch-Commit', '1')
        return await request(message)
      }
      return { ack: {} }
    } catch (error) {
      return { unreachable: error instanceof Error ? error : new Error(String(error)) }
    } finally {
      for (const { headers } of messages) for (const name of BATCH_HEADERS) headers.delete(name)
    }
  }

  return (messages: readonly Message[]): Promise<Outcome> => {
    const [only, ...more] = messages
    return only !== undefined && more.length === 0 ? request(only) : sendBatch(messages)
  }
}

/** Somebody else appended to the subject meanwhile, or this very event was appended before. */
export const isWrongSequence = ({ err_code: reason }: ApiError): boolean =>
  reason === errorCodes.wrongLastSequence || reason === errorCodes.wrongLastSequenceInBatch
