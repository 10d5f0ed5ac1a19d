import { addressOf, type StoredEvent } from '@zyra/jetstream'
import type { SpanDescription } from './tracing.ts'

/** Work on an event that begins later than this after the event, in ms, is a trace of its own, with a link: a trace of hours is read by nobody. */
export const CONTINUED_WITHIN_MS = 10 * 60 * 1_000

/** The log as a messaging system, in the words of OpenTelemetry's semantic conventions. */
export const LOG_ATTRIBUTES = { 'messaging.system': 'nats', 'messaging.destination.name': 'ZYRA' } as const

/** What a handler's span needs to be described. */
export interface Handled {
  readonly service: string
  readonly kind: 'policy' | 'reactor'
  readonly handler: string
  readonly stored: StoredEvent
  /** 1, or more after redrives. */
  readonly attempt: number
  /** Milliseconds since 1970. */
  readonly now: number
}

const belonging = ({ stored: { envelope: { traceparent, time } }, attempt, now }: Handled): Pick<SpanDescription, 'parent' | 'links'> => {
  if (traceparent === undefined) return {}
  // A redrive belongs to the request of the person who asked for it.
  const isContinued = attempt === 1 && Math.abs(now - Date.parse(time)) <= CONTINUED_WITHIN_MS
  return isContinued ? { parent: traceparent } : { links: [traceparent] }
}

/** The span of a handler that works on an event. The aggregate's id stays out: some are a customer's. */
export const handlerSpan = (handled: Handled): SpanDescription => {
  const { service, kind, handler, stored, attempt } = handled
  const { merchant, aggregate } = addressOf(stored.subject)
  return {
    name: `${kind} ${handler}`,
    kind: 'consumer',
    ...belonging(handled),
    attributes: {
      ...LOG_ATTRIBUTES,
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.message.id': stored.envelope.id,
      'zyra.service': service,
      'zyra.handler': handler,
      'zyra.attempt': attempt,
      'zyra.merchant': merchant,
      'zyra.aggregate': aggregate,
      'zyra.event.type': stored.envelope.type,
      'zyra.sequence': stored.sequence,
    },
  }
}
