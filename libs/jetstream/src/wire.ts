import { headers as natsHeaders, type MsgHdrs } from '@nats-io/transport-node'
import { envelope as envelopeSchema, type Envelope } from '@zyra/contracts'
import type { DomainEvent, EventMeta, Recorded } from '@zyra/es'
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

/** CloudEvents 1.0 in NATS binary mode, and Zyra's own headers. */
export const toHeaders = (event: OutgoingEvent['envelope'], epoch: number): MsgHdrs => {
  const headers = natsHeaders()
  headers.set('ce-specversion', '1.0')
  headers.set('ce-id', event.id)
  headers.set('ce-type', event.type)
  headers.set('ce-source', event.source)
  headers.set('ce-time', event.time)
  headers.set('ce-dataschema', `${SCHEMA_PREFIX}${event.type}:${event.version}`)
  headers.set('content-type', 'application/json')
  headers.set('correlationid', event.correlationId)
  headers.set('causationid', event.causationId)
  if (event.traceparent !== undefined) headers.set('traceparent', event.traceparent)
  headers.set('actor', event.actor)
  if (event.command !== undefined) headers.set('command', event.command)
  headers.set('handler', event.handler)
  headers.set('index', String(event.index))
  headers.set('deciderversion', String(event.deciderVersion))
  headers.set('attempt', String(event.attempt))
  headers.set('backfill', String(event.backfill))
  headers.set('epoch', String(epoch))
  return headers
}

const optional = (value: string | undefined): string | undefined => (value === undefined || value === '' ? undefined : value)

/**
 * Reads the envelope back.
 * @throws Error naming the message and the header that is missing or wrong
 */
export const fromHeaders = (headers: MsgHdrs | undefined, where: string): Envelope => {
  const get = (name: string): string => headers?.get(name) ?? ''
  const traceparent = optional(get('traceparent'))
  const command = optional(get('command'))
  const parsed = envelopeSchema.safeParse({
    id: get('ce-id'),
    type: get('ce-type'),
    source: get('ce-source'),
    time: get('ce-time'),
    version: Number(get('ce-dataschema').split(':').at(-1)),
    correlationId: get('correlationid'),
    causationId: get('causationid'),
    ...(traceparent === undefined ? {} : { traceparent }),
    actor: get('actor'),
    ...(command === undefined ? {} : { command }),
    handler: get('handler'),
    index: Number(get('index')),
    deciderVersion: Number(get('deciderversion')),
    attempt: Number(get('attempt')),
    backfill: get('backfill') === 'true',
    epoch: Number(get('epoch')),
  })
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
  throw new Error(`the message at ${where} has no proper envelope (${problems})`)
}

/** The event as handlers see it, once its data is opened and current. */
export const toRecorded = (stored: StoredEvent, data: unknown): Recorded<DomainEvent> => {
  const { merchant, service, aggregate, id: aggregateId } = addressOf(stored.subject)
  const { id, time, correlationId, causationId, actor, backfill, epoch } = stored.envelope
  const meta: EventMeta = {
    id, time, merchant, service, aggregate, aggregateId, epoch, sequence: stored.sequence, correlationId, causationId, actor, backfill,
  }
  return { type: stored.envelope.type, data, meta }
}
