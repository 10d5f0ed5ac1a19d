import { nanos } from '@nats-io/transport-node'
import { ask, askApi, errorCodes } from './ask.ts'
import { headersOf } from './headers.ts'
import type { Connection } from './link.ts'

/** The priority group of which one client at a time is the owner (pinned client, ADR-42). */
const GROUP = 'owner'

/** A durable consumer by name. */
export interface ConsumerName extends Connection {
  readonly stream: string
  readonly durable: string
}

/** How a durable consumer is to be. */
export interface ConsumerSettings {
  readonly filters: readonly string[]
  readonly leaseMs: number
  readonly ackWaitMs: number
}

/** What the server knows of a consumer. */
export interface ConsumerFacts {
  /** The owner's id; undefined while there is none, as at times when there is nothing to deliver. */
  readonly pin: string | undefined
  readonly pending: number
  readonly unacknowledged: number
  /** The sequence up to which everything was delivered. */
  readonly delivered: number
}

/** More than any owner holds, so that the server never stops on it. */
const MAX_ACK_PENDING = 4_096

/** `mismatch`: another client is the owner, or nobody. */
export type Renewal = 'renewed' | 'mismatch' | 'unclear'

const PIN_MISMATCH = 423
/** Answers to a request that could not be filled: it had run out, or the next message was larger than it asked for. */
const UNFILLED: ReadonlySet<number> = new Set([404, 408, 409])
/** No message is as small: a request for one is answered by what it is asked for, the state of the lease. */
const SMALLER_THAN_ANY = 1

/** The requests that working on a durable consumer needs. All throw LogRefused or LogUnavailable. */
export const createConsumerApi = ({ nc, link, stream, durable }: ConsumerName) => {
  const connection = { nc, link }
  const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`

  return {
    /** Makes the consumer, or brings its filters up to date. */
    ensure: ({ filters, leaseMs, ackWaitMs }: ConsumerSettings) =>
      askApi(connection, `CONSUMER.CREATE.${stream}.${durable}`, {
        stream_name: stream,
        config: {
          name: durable,
          durable_name: durable,
          filter_subjects: filters,
          deliver_policy: 'all',
          ack_policy: 'explicit',
          ack_wait: nanos(ackWaitMs),
          max_ack_pending: MAX_ACK_PENDING,
          max_deliver: -1,
          priority_groups: [GROUP],
          priority_policy: 'pinned_client',
          priority_timeout: nanos(leaseMs),
        },
      }),

    /** True if there is such a consumer. */
    exists: async (): Promise<boolean> => {
      const { error } = await askApi(connection, `CONSUMER.INFO.${stream}.${durable}`, undefined, [errorCodes.consumerNotFound])
      return error === undefined
    },

    facts: async (): Promise<ConsumerFacts> => {
      interface Info {
        readonly num_pending: number
        readonly num_ack_pending: number
        readonly delivered: { readonly stream_seq: number }
        readonly priority_groups?: readonly { readonly group: string; readonly pinned_client_id?: string }[]
      }
      const info = await askApi<Info>(connection, `CONSUMER.INFO.${stream}.${durable}`, undefined)
      const { num_pending: pending, num_ack_pending: unacknowledged, delivered, priority_groups: groups = [] } = info
      const pin = groups.find(({ group }) => group === GROUP)?.pinned_client_id
      return { pin: pin === '' ? undefined : pin, pending, unacknowledged, delivered: delivered.stream_seq }
    },

    /** Sets the consumer back to its ack floor: everything after it is delivered again, in order. */
    reset: () => askApi(connection, `CONSUMER.RESET.${stream}.${durable}`, undefined),

    /** Takes the ownership from whoever has it. */
    unpin: () => askApi(connection, `CONSUMER.UNPIN.${stream}.${durable}`, { group: GROUP }),

    /** Asks for messages, to be delivered to the inbox. */
    pull: (inbox: string, { batch, expiresMs, pin }: { batch: number; expiresMs: number; pin: string | undefined }): void => {
      nc.publish(subject, JSON.stringify({ batch, expires: nanos(expiresMs), group: GROUP, ...(pin === undefined ? {} : { id: pin }) }), { reply: inbox })
    },

    /** Lets the lease begin anew, without asking for a message. */
    renew: async (pin: string, timeoutMs: number): Promise<Renewal> => {
      const request = { batch: 1, max_bytes: SMALLER_THAN_ANY, expires: nanos(20), group: GROUP, id: pin }
      const { code } = headersOf(await ask(connection, subject, JSON.stringify(request), { timeoutMs, what: `keeping ${durable}` }))
      if (code === PIN_MISMATCH) return 'mismatch'
      return UNFILLED.has(code) ? 'renewed' : 'unclear'
    },
  }
}
