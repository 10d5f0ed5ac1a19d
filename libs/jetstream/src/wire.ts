import { headers as natsHeaders, type MsgHdrs } from '@nats-io/transport-node'
import { envelope as envelopeSchema, type Envelope } from '@zyra/contracts'
import type { EventMeta, Recorded } from '@zyra/es'
import { isEnvelope } from './envelope-check.ts'
import type { Headers } from './headers.ts'
import { addressOf } from './subject.ts'

/** An event on its way into the log: personal fields are sealed already. */
export interface OutgoingEvent {
  readonly envelope: Omit<Envelope, 'epoch'>
  readonly data: unknown
}

/** A message of the log as it is stored: the body is not opened, not checked and not brought to the current version yet. */
export interface StoredEvent {
  readonly subject: string
  readonly sequence: number
  readonly envelope: Envelope
  readonly data: unknown
}

const SCHEMA_PREFIX = 'urn:zyra:event:'

/** CloudEvents' own headers escape spaces, quotes, percent signs and all that is not printable ASCII (CloudEvents HTTP binding 1.0, 3.1.3.2). */
const ESCAPED_BY_CLOUDEVENTS = /[^\x21\x23\x24\x26-\x7E]/gu
/** Zyra's own keep quotes and inner spaces as they are, since a command is JSON and would grow by half. */
const ESCAPED_BY_ZYRA = /[^\x20-\x24\x26-\x7E]|^ | $/gu

const percentEncoded = (text: string): string => [...Buffer.from(text, 'utf8')].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
const percentDecoded = (text: string): string => (text.includes('%') ? decodeURIComponent(text) : text)

/** CloudEvents 1.0 in NATS binary mode, and Zyra's own headers. */
export const toHeaders = (event: OutgoingEvent['envelope'], epoch: number): MsgHdrs => {
  const headers = natsHeaders()
  const set = (name: string, value: string, escaped = ESCAPED_BY_ZYRA): void => headers.append(name, value.replace(escaped, percentEncoded))
  set('ce-specversion', '1.0')
  set('ce-id', event.id)
  set('ce-type', event.type)
  set('ce-source', event.source, ESCAPED_BY_CLOUDEVENTS)
  set('ce-time', event.time)
  set('ce-dataschema', `${SCHEMA_PREFIX}${event.type}:${event.version}`)
  set('content-type', 'application/json')
  set('correlationid', event.correlationId)
  set('causationid', event.causationId)
  if (event.traceparent !== undefined) set('traceparent', event.traceparent)
  set('actor', event.actor)
  if (event.command !== undefined) set('command', event.command)
  set('handler', event.handler)
  set('index', String(event.index))
  set('deciderversion', String(event.deciderVersion))
  set('attempt', String(event.attempt))
  set('backfill', String(event.backfill))
  set('epoch', String(epoch))
  return headers
}

const integer = (text: string | undefined): number => (text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : NaN)

const versionOf = (dataschema: string | undefined, type: string): number => {
  const prefix = `${SCHEMA_PREFIX}${type}:`
  return dataschema?.startsWith(prefix) === true ? integer(dataschema.slice(prefix.length)) : NaN
}

const booleans: ReadonlyMap<string | undefined, boolean> = new Map([['true', true], ['false', false]])

const candidateFrom = (values: Headers['values']) => {
  const text = (name: string): string => percentDecoded(values.get(name) ?? '')
  const [type, traceparent, command] = [text('ce-type'), values.get('traceparent'), values.get('command')]
  return {
    id: text('ce-id'),
    type,
    source: text('ce-source'),
    time: text('ce-time'),
    version: versionOf(values.get('ce-dataschema'), type),
    correlationId: text('correlationid'),
    causationId: text('causationid'),
    ...(traceparent === undefined ? {} : { traceparent: percentDecoded(traceparent) }),
    actor: text('actor'),
    ...(command === undefined ? {} : { command: percentDecoded(command) }),
    handler: text('handler'),
    index: integer(values.get('index')),
    deciderVersion: integer(values.get('deciderversion')),
    attempt: integer(values.get('attempt')),
    backfill: booleans.get(values.get('backfill')),
    epoch: integer(values.get('epoch')),
  }
}

/**
 * Reads the envelope back.
 * @param where the message's subject and sequence, for the sentence about a message that is not Zyra's
 * @throws Error naming the message and the fields that are missing or wrong
 */
export const fromHeaders = ({ values }: Pick<Headers, 'values'>, where: string): Envelope => {
  try {
    const candidate = candidateFrom(values)
    if (isEnvelope(candidate)) return candidate
    const parsed = envelopeSchema.safeParse(candidate)
    if (parsed.success) return parsed.data
    throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  } catch (cause) {
    throw new Error(`the message at ${where} has no proper envelope (${cause instanceof Error ? cause.message : String(cause)})`, { cause })
  }
}

/** @throws Error naming the subject and sequence when the envelope or the body is not what Zyra writes */
export const toStored = (subject: string, sequence: number, headers: Headers, body: Uint8Array): StoredEvent => {
  const envelope = fromHeaders(headers, `${subject} #${sequence}`)
  try {
    return { subject, sequence, envelope, data: JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')) }
  } catch (cause) {
    throw new Error(`the body of the message at ${subject} #${sequence} is not JSON`, { cause })
  }
}

/** The event as handlers see it, once its data is opened and current. */
export const toRecorded = (stored: StoredEvent, data: unknown): Recorded => {
  const { merchant, service, aggregate, id: aggregateId } = addressOf(stored.subject)
  const { id, time, correlationId, causationId, actor, backfill, epoch } = stored.envelope
  const meta: EventMeta = {
    id, time, merchant, service, aggregate, aggregateId, epoch, sequence: stored.sequence, correlationId, causationId, actor, backfill,
  }
  return { type: stored.envelope.type, data, meta }
}
