import { DeliverPolicy, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream'
import { nanos, type NatsConnection } from '@nats-io/transport-node'
import { directGet, toStored } from './direct-get.ts'
import type { EventBatch, FollowOptions, StoredEvent } from './log.ts'
import { LOG_STREAM } from './streams.ts'

const PAGE = 500

/** Reading by direct get: less than a millisecond, where a consumer would cost some forty. */
export const createReader = (nc: NatsConnection, jsm: JetStreamManager) => {
  const load = async (subject: string, fromSequence = 1): Promise<StoredEvent[]> => {
    const events: StoredEvent[] = []
    let next = Math.max(1, fromSequence)
    for (;;) {
      const page = await directGet(nc, LOG_STREAM, { seq: next, batch: PAGE, next_by_subj: subject })
      events.push(...page.events)
      const last = page.events.at(-1)
      if (last === undefined || page.left === 0) return events
      next = last.sequence + 1
    }
  }

  const lastOf = async (filters: readonly string[]): Promise<StoredEvent[]> => {
    const events: StoredEvent[] = []
    let position: { seq?: number; up_to_seq?: number } = {}
    for (;;) {
      const page = await directGet(nc, LOG_STREAM, { multi_last: filters, batch: PAGE, ...position })
      events.push(...page.events)
      const last = page.events.at(-1)
      if (last === undefined || page.left === 0) return events
      position = { seq: last.sequence + 1, up_to_seq: page.upToSequence }
    }
  }

  const at = async (sequence: number): Promise<StoredEvent | undefined> => {
    const { events } = await directGet(nc, LOG_STREAM, { seq: sequence, batch: 1 })
    return events.find((event) => event.sequence === sequence)
  }

  const lastSequence = async (): Promise<number> => (await jsm.streams.info(LOG_STREAM)).state.last_seq

  return { load, lastOf, at, lastSequence }
}

/**
 * Batches of events in the log's order by an ordered consumer, which costs the server no fsync: what arrived together comes together,
 * so that a backlog is read in large batches and a single event at once. Goes on until the signal aborts; reconnects by itself.
 */
export async function* followLog(js: JetStreamClient, options: FollowOptions): AsyncIterable<EventBatch> {
  const { filters, fromSequence, batchSize = 1_000, signal } = options
  const consumer = await js.consumers.get(LOG_STREAM, {
    filter_subjects: [...filters],
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: Math.max(1, fromSequence),
    inactive_threshold: nanos(60_000),
  })
  const messages = await consumer.consume({ max_messages: Math.max(2 * batchSize, 100), idle_heartbeat: 2_000 })
  const stop = (): void => messages.stop()
  signal.addEventListener('abort', stop, { once: true })
  let events: StoredEvent[] = []
  try {
    for await (const message of messages) {
      if (signal.aborted) return
      events.push(toStored(message.subject, message.seq, message.headers, message.data))
      const { pending } = message.info
      if (pending > 0 && events.length < batchSize) continue
      yield { events, upTo: message.seq, pending }
      events = []
    }
  } finally {
    signal.removeEventListener('abort', stop)
    messages.stop()
    await consumer.delete().catch(() => false)
  }
}
