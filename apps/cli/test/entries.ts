import type { Envelope } from '@zyra/contracts'
import { eventId } from '@zyra/contracts'
import { subjectOf } from '@zyra/jetstream'
import { recorded, type ZyraEvent } from '@zyra/testing'
import type { Entry } from '../src/log/entry.ts'

type DataOf<Type extends ZyraEvent['type']> = Extract<ZyraEvent, { readonly type: Type }>['data']

/** What an event of a spec says besides its data; the rest is made up. */
export interface Given extends Partial<
  Pick<Envelope, 'actor' | 'handler' | 'command' | 'attempt' | 'index' | 'correlationId' | 'time' | 'backfill'>
> {
  readonly sequence: number
  /** The event that caused it. */
  readonly cause?: Entry
  readonly aggregate?: string
  readonly service?: string
  readonly id?: string
}

const FIRST = Date.parse('2026-11-20T08:00:00.000Z')

/** An event as commands read it from the log: one ms after the other, by sequence. */
export const entry = <Type extends ZyraEvent['type']>(type: Type, data: DataOf<Type>, given: Given): Entry => {
  const {
    sequence,
    cause,
    actor = 'webhook:shopify',
    handler = 'receive',
    attempt = 1,
    index = 0,
    backfill = false,
    id = '1',
    service,
  } = given
  const time = given.time ?? new Date(FIRST + sequence).toISOString()
  const causationId = cause?.stored.envelope.id ?? eventId({ causationId: 'outside', handler: String(sequence), attempt: 1, index: 0 })
  const own = eventId({ causationId, handler, attempt, index })
  const correlationId = given.correlationId ?? cause?.stored.envelope.correlationId ?? own
  const event = recorded(type, data as never, {
    id: own,
    time,
    aggregateId: id,
    sequence,
    correlationId,
    causationId,
    actor,
    backfill,
    ...(given.aggregate === undefined ? {} : { aggregate: given.aggregate }),
    ...(service === undefined ? {} : { service }),
  })
  const { merchant, aggregate } = event.meta
  const envelope: Envelope = {
    id: own,
    type,
    time,
    version: 1,
    correlationId,
    causationId,
    actor,
    handler,
    index,
    attempt,
    backfill,
    epoch: 1,
    source: `zyra/${merchant}/${event.meta.service}/${aggregate}/${id}`,
    deciderVersion: given.command === undefined ? 0 : 1,
    ...(given.command === undefined ? {} : { command: given.command }),
  }
  return {
    stored: { subject: subjectOf({ merchant, service: event.meta.service, aggregate, id }), sequence, envelope, data: event.data },
    event,
    problem: undefined,
  }
}

/** A webhook of Shopify that came in. */
export const webhook = (sequence: number, topic = 'inventory_levels/update'): Entry =>
  entry(
    'gateway.ShopifyWebhookReceived',
    {
      topic,
      shop: 'demo-shop.myshopify.com',
      webhookId: 'w1',
      eventId: 'e1',
      triggeredAt: null,
      apiVersion: null,
      bodyEncoding: 'utf8',
      body: '{}',
      customerId: null,
      orderId: null,
    },
    { sequence, id: topic },
  )
