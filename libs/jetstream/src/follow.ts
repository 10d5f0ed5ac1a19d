import { setTimeout as delay } from 'node:timers/promises'
import { headersOf } from './headers.ts'
import { type EventBatch, type FollowOptions, LogUnavailable, type StoredEvent } from './log.ts'
import { openOrderedSession, type Arrived, type OrderedOptions, type OrderedSession } from './ordered-session.ts'
import { LOG_STREAM } from './streams.ts'
import { toStored } from './wire.ts'

const PAUSE_MS = 250

/** What following needs besides what is to be followed. */
export type FollowTools = Pick<OrderedOptions, 'nc' | 'link' | 'inboxPrefix'>

const openAgain = async (options: OrderedOptions): Promise<OrderedSession | undefined> => {
  const { nc, link, signal } = options
  const stopped = (): boolean => signal.aborted
  while (!stopped()) {
    if (!link.connected()) {
      const aborted = Promise.withResolvers<unknown>()
      signal.addEventListener('abort', () => aborted.resolve(undefined), { once: true })
      await Promise.race([link.whenConnected(), aborted.promise])
    }
    if (stopped()) return undefined
    if (nc.isClosed()) throw new LogUnavailable('reading the log: the connection was closed')
    try {
      return await openOrderedSession(options)
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error
      await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined)
    }
  }
  return undefined
}

/** Messages in order, as they arrive, without a gap or a repeat over all interruptions, until the signal aborts. */
async function* readInOrder(options: OrderedOptions): AsyncGenerator<readonly Arrived[]> {
  let { start } = options
  for (;;) {
    const session = await openAgain({ ...options, start })
    if (session === undefined) return
    try {
      while (!options.signal.aborted) {
        const arrived = session.take()
        const last = arrived.at(-1)
        if (last !== undefined) {
          start = { fromSequence: last.position.sequence + 1 }
          yield arrived
          continue
        }
        session.check()
        if (session.ended()) break
        await session.news()
      }
    } finally {
      session.close()
    }
  }
}

const toEvent = ({ message, position }: Arrived): StoredEvent => toStored(message.subject, position.sequence, headersOf(message), message.data)

/**
 * Batches of events in the log's order: what stood together comes together, so that a backlog is read in large batches and a single event
 * at once. Goes on until the signal aborts; reconnects by itself.
 * @throws LogRefused without permission; Error naming subject and sequence for a message that is not Zyra's
 */
export async function* followLog(tools: FollowTools, { filters, fromSequence, batchSize = 1_000, signal }: FollowOptions): AsyncGenerator<EventBatch> {
  let events: StoredEvent[] = []
  for await (const arrived of readInOrder({ ...tools, stream: LOG_STREAM, filters, start: { fromSequence }, signal })) {
    for (const one of arrived) {
      events.push(toEvent(one))
      const { sequence: upTo, pending } = one.position
      if (pending > 0 && events.length < batchSize) continue
      if (signal.aborted) return
      yield { events, upTo, pending }
      events = []
    }
  }
}

/** The last event of every subject that matches, for more subjects than a direct get answers. @throws LogUnavailable when it is interrupted */
export const readLastOfMany = async (tools: FollowTools, filters: readonly string[]): Promise<StoredEvent[]> => {
  const done = new AbortController()
  const session = await openOrderedSession({ ...tools, stream: LOG_STREAM, filters, start: 'last of each subject', signal: done.signal })
  const events: StoredEvent[] = []
  try {
    let left = session.pendingAtStart
    while (left > 0) {
      const arrived = session.take()
      events.push(...arrived.map(toEvent))
      left = arrived.at(-1)?.position.pending ?? left
      if (left === 0) break
      session.check()
      if (session.ended() && arrived.length === 0) throw new LogUnavailable('reading the newest events was interrupted; it is safe to try again')
      await session.news()
    }
    return events
  } finally {
    session.close()
  }
}
