import { setTimeout as delay } from 'node:timers/promises'
import { readBacklog } from './backlog.ts'
import { headersOf } from './headers.ts'
import { askLeader } from './leader.ts'
import { type EventBatch, type FollowOptions, LogUnavailable, type StoredEvent } from './log.ts'
import { openOrderedSession, type Arrived, type OrderedOptions, type OrderedSession } from './ordered-session.ts'
import type { Chain, Segment, Segments } from './segments.ts'
import { toStored } from './wire.ts'

const PAUSE_MS = 250

/** What following needs besides what is to be followed. */
export type FollowTools = Pick<OrderedOptions, 'nc' | 'link' | 'inboxPrefix'>

/** Tries until the log answers. Undefined when the signal aborts first. @throws what is not LogUnavailable; LogUnavailable when the connection was closed */
const untilAnswered = async <Answer>({ nc, link }: FollowTools, signal: AbortSignal, ask: () => Promise<Answer>): Promise<Answer | undefined> => {
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
      return await ask()
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error
      await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined)
    }
  }
  return undefined
}

/** What arrived together, and how many messages follow it. The first of a session is what there is to be read. */
interface Step {
  readonly arrived: readonly Arrived[]
  readonly pending: number
}

/** Messages of one stream in order, as they arrive, without a gap or a repeat over all interruptions, until the signal aborts. */
async function* readInOrder(options: OrderedOptions): AsyncGenerator<Step> {
  let { start } = options
  for (;;) {
    const from = start
    const session: OrderedSession | undefined = await untilAnswered(options, options.signal, () => openOrderedSession({ ...options, start: from }))
    if (session === undefined) return
    try {
      if (!session.ended()) yield { arrived: [], pending: session.pendingAtStart }
      while (!options.signal.aborted) {
        const arrived = session.take()
        const last = arrived.at(-1)
        if (last !== undefined) {
          start = { fromSequence: last.position.sequence + 1 }
          yield { arrived, pending: last.position.pending }
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

/** Aborts when the segments are no longer these. */
const untilChanged = (segments: Segments, chain: Chain, signal: AbortSignal) => {
  const changed = new AbortController()
  const stop = segments.onChange(chain, () => changed.abort())
  return { signal: AbortSignal.any([signal, changed.signal]), stop }
}

/**
 * Whether what is asked for of a sealed segment was read up to a sequence. Where there are replicas, one that lags knows of less than there is.
 * False when the signal aborts first.
 */
const isReadTo = async (tools: FollowTools, { stream, replicas }: Segment, filters: readonly string[], next: number, signal: AbortSignal) => {
  if (replicas === 1) return true
  const last = await untilAnswered(tools, signal, () => askLeader(tools).lastOf(stream, filters))
  return last !== undefined && last < next
}

/**
 * Batches of events in the log's order: what stood together comes together, so that a backlog is read in large batches and a single event
 * at once. Goes on until the signal aborts, from segment to segment; reconnects by itself.
 * @throws LogRefused without permission; Error naming subject and sequence for a message that is not Zyra's
 */
export async function* followLog(
  tools: FollowTools, segments: Segments, { filters, fromSequence, batchSize = 1_000, signal }: FollowOptions,
): AsyncGenerator<EventBatch> {
  let events: StoredEvent[] = []
  let from = Math.max(1, fromSequence)
  const stopped = (): boolean => signal.aborted
  const take = (pending: number): EventBatch => {
    const batch = { events, upTo: events.at(-1)?.sequence ?? from - 1, pending }
    events = []
    return batch
  }
  while (!stopped()) {
    const chain = await untilAnswered(tools, signal, segments.current)
    if (chain === undefined) return
    const segment = chain.segments.find(({ last }) => from <= last)
    if (segment === undefined) {
      if (events.length > 0) yield take(0)
      await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined)
      continue
    }
    const { stream, last } = segment
    const until = untilChanged(segments, chain, signal)
    try {
      for await (const { arrived, pending: left } of readInOrder({ ...tools, stream, filters, start: { fromSequence: from }, signal: until.signal })) {
        // What was held back at the end of the segment before: now it is known what follows.
        if (arrived.length === 0 && events.length > 0 && (left > 0 || last === Infinity)) yield take(left)
        const following = arrived.at(-1)?.position.pending ?? 0
        for (const [index, one] of arrived.entries()) {
          events.push(toEvent(one))
          from = one.position.sequence + 1
          // An event's own count is from when it was sent: a slow reader finds many here, each of which was the newest then.
          const pending = following + arrived.length - 1 - index
          if (pending > 0 ? events.length < batchSize : last !== Infinity) continue
          if (stopped()) return
          yield take(pending)
        }
        if (left > 0 || last === Infinity) continue
        if (await isReadTo(tools, segment, filters, from, until.signal)) from = last + 1
        else await delay(PAUSE_MS, undefined, { signal: until.signal }).catch(() => undefined)
        break
      }
    } finally {
      until.stop()
    }
  }
}

/** The last event of every subject of a stream that matches, for more subjects than a direct get answers. @throws LogUnavailable when it is interrupted */
export const readLastOfMany = async (tools: FollowTools, stream: string, filters: readonly string[]): Promise<StoredEvent[]> => {
  const events: StoredEvent[] = []
  for await (const arrived of readBacklog({ ...tools, stream, filters, start: 'last of each subject' })) events.push(...arrived.map(toEvent))
  return events
}
