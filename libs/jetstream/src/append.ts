import { setTimeout as delay } from 'node:timers/promises'
import QuickLRU from 'quick-lru'
import { errorCodes, passes } from './ask.ts'
import type { Connection } from './link.ts'
import { type AppendRequest, type AppendResult, LogRefused, LogUnavailable, type StoredEvent } from './log.ts'
import { createPublisher, expectIn, isWrongSequence, toMessages, type Message, type PubAck } from './publish.ts'
import type { Seam } from './seam.ts'
import type { Chain, Segment, Segments } from './segments.ts'

/** How appends are sent. */
export interface AppenderOptions extends Connection {
  readonly epoch: number
  readonly segments: Segments
  readonly seam: Seam
  /** Events of a subject from a sequence on, to look for one's own after a conflict. */
  readonly load: (subject: string, fromSequence: number) => Promise<readonly StoredEvent[]>
  /** How long one request waits for the server before it is sent again, in ms. */
  readonly requestTimeoutMs?: number
  /** Ids remembered, so that a repeated event does not spoil a batch. */
  readonly knownIds?: number
}

interface Waiting {
  readonly request: AppendRequest
  readonly messages: readonly Message[]
  readonly bytes: number
  readonly resolve: (result: AppendResult) => void
  readonly reject: (error: Error) => void
  abandoned: boolean
  /** How often it was sent in vain. */
  tries: number
}

/** A batch of fewer events costs more than sending each decision by itself (measured: 2-4 ms for 3 to 10 events on one node). */
const MIN_BATCH = 16
const MAX_BATCH_EVENTS = 500
const MAX_BATCH_BYTES = 4 * 1024 * 1024
const MAX_PAUSE_MS = 2_000
/** How long to wait for a segment that takes events before looking again. */
const UNTIL_OPEN_MS = 100

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

const sequencesUpTo = (last: number, count: number): number[] => Array.from({ length: count }, (_, index) => last - count + 1 + index)

/**
 * Concurrent appends wait while one flush is under way and share the next one's fsync; alone, an append goes out at once.
 * Nothing is sent while the connection is down. What was sent and not answered is sent again: by its ids it lands once at most.
 */
export const createAppender = (options: AppenderOptions) => {
  const { nc, link, epoch, segments, seam, load, requestTimeoutMs = 5_000, knownIds = 20_000 } = options
  const send = createPublisher({ nc, link }, requestTimeoutMs)
  const known = new QuickLRU<string, true>({ maxSize: knownIds })
  /** The newest sequence appended here by subject: what expects less is sure to be refused and must not spoil a batch. */
  const heads = new QuickLRU<string, number>({ maxSize: knownIds })
  let waiting: Waiting[] = []
  let flushing = false

  const isKnown = ({ events }: AppendRequest): boolean => events.some(({ envelope }) => known.has(envelope.id))
  const expectsTooLittle = ({ subject, expectedSequence = Infinity }: AppendRequest): boolean => expectedSequence < (heads.get(subject) ?? 0)

  const remember = ({ events }: AppendRequest): void => {
    for (const { envelope } of events) known.set(envelope.id, true)
  }
  const appended = (entry: Waiting, last: number): void => {
    remember(entry.request)
    heads.set(entry.request.subject, Math.max(last, heads.get(entry.request.subject) ?? 0))
    entry.resolve({ status: 'appended', sequences: sequencesUpTo(last, entry.messages.length) })
  }
  const repeated = (entry: Waiting): void => {
    remember(entry.request)
    entry.resolve({ status: 'duplicate' })
  }

  const sendAgainLater = (entry: Waiting): void => {
    const pause = Math.min(50 * 2 ** entry.tries, MAX_PAUSE_MS)
    entry.tries += 1
    setTimeout(() => enqueue(entry), pause)
  }

  const failed = (entry: Waiting, error: unknown): void => (error instanceof LogUnavailable ? sendAgainLater(entry) : entry.reject(asError(error)))

  /** The server checks the sequence before the id, so that what was appended before comes back as a conflict: the log knows which it is. */
  const settleConflict = async (entry: Waiting): Promise<void> => {
    const { subject, events, expectedSequence = 0 } = entry.request
    const ids = new Set(events.map(({ envelope }) => envelope.id))
    try {
      const since = await load(subject, expectedSequence + 1)
      if (since.some(({ envelope }) => ids.has(envelope.id))) repeated(entry)
      else entry.resolve({ status: 'conflict' })
    } catch (error) {
      failed(entry, error)
    }
  }

  /** The segment was sealed meanwhile, and nothing was appended. */
  const sendToNext = async (entry: Waiting): Promise<void> => {
    await segments.look().catch(() => undefined)
    sendAgainLater(entry)
  }

  const settle = (entry: Waiting, { error, duplicate, seq = 0 }: PubAck): void | Promise<void> => {
    if (error === undefined) return duplicate === true ? repeated(entry) : appended(entry, seq)
    if (error.err_code === errorCodes.otherStream) return sendToNext(entry)
    if (isWrongSequence(error)) return settleConflict(entry)
    if (error.err_code === errorCodes.duplicateInBatch) return repeated(entry)
    if (error.err_code === errorCodes.batchIncomplete || passes(error)) return sendAgainLater(entry)
    const { subject } = entry.request
    entry.reject(new LogRefused(error.err_code === undefined ? error.description : `the log refuses ${subject}: ${error.description} (${error.err_code})`))
  }

  const sendAlone = async (entry: Waiting): Promise<void> => {
    const outcome = await send(entry.messages)
    if ('ack' in outcome) return settle(entry, outcome.ack)
    // Perhaps nobody takes events because a segment is being sealed.
    void segments.current().catch(() => undefined)
    sendAgainLater(entry)
  }

  const sendTogether = async (entries: readonly Waiting[], segment: Segment): Promise<void> => {
    for (const { messages, request } of entries) expectIn(segment, messages, request.expectedSequence)
    const messages = entries.flatMap((entry) => entry.messages)
    const outcome = entries.length < 2 || messages.length < MIN_BATCH ? undefined : await send(messages)
    if (outcome !== undefined && !('ack' in outcome) && !link.connected()) return entries.forEach(sendAgainLater)
    if (outcome === undefined || !('ack' in outcome) || outcome.ack.error !== undefined) {
      await Promise.all(entries.map(sendAlone))
      return
    }
    let last = (outcome.ack.seq ?? 0) - messages.length
    for (const entry of entries) {
      last += entry.messages.length
      appended(entry, last)
    }
  }

  /** One append per subject and id in a batch: the server checks a subject's expected sequence against what stood before the batch. */
  const takeBatch = (): Waiting[] => {
    const [taken, left, seen] = [[] as Waiting[], [] as Waiting[], new Set<string>()]
    let [events, bytes] = [0, 0]
    for (const entry of waiting) {
      const { subject, expectedSequence, events: own } = entry.request
      const names = [...(expectedSequence === undefined ? [] : [subject]), ...own.map(({ envelope }) => envelope.id)]
      const fits = taken.length === 0 || (events + entry.messages.length <= MAX_BATCH_EVENTS && bytes + entry.bytes <= MAX_BATCH_BYTES)
      if (!fits || names.some((name) => seen.has(name))) {
        left.push(entry)
        continue
      }
      for (const name of names) seen.add(name)
      taken.push(entry)
      events += entry.messages.length
      bytes += entry.bytes
    }
    waiting = left
    return taken
  }

  const settleWithoutSending = (entry: Waiting): boolean => {
    if (isKnown(entry.request)) repeated(entry)
    else if (expectsTooLittle(entry.request)) void settleConflict(entry)
    else return false
    return true
  }

  /** Settles what the segments before this one say about it, and answers the rest. */
  const judge = async (chain: Chain, entries: readonly Waiting[]): Promise<readonly Waiting[]> => {
    if (chain.newest.number === 1) return entries
    const verdicts = await Promise.all(entries.map((entry) => seam.judge(chain, entry.request).catch(asError)))
    return entries.filter((entry, index) => {
      const verdict = verdicts[index]
      if (verdict instanceof Error) failed(entry, verdict)
      else if (verdict === 'known') repeated(entry)
      else if (verdict === 'outdated') void settleConflict(entry)
      else return true
      return false
    })
  }

  /** Undefined while no segment takes events, or nobody knows. What was seen long ago does: an append that names a sealed segment is refused. */
  const openChain = async (): Promise<Chain | undefined> => {
    const seen = segments.lastSeen()
    if (seen?.newest.state === 'open') return seen
    try {
      const chain = await segments.current()
      if (chain.newest.state === 'open') return chain
    } catch (error) {
      if (!(error instanceof LogUnavailable)) waiting.splice(0).forEach((entry) => entry.reject(asError(error)))
    }
    return undefined
  }

  const flush = async (): Promise<void> => {
    if (flushing) return
    flushing = true
    try {
      while (waiting.length > 0) {
        await link.whenConnected()
        if (nc.isClosed()) return waiting.splice(0).forEach((entry) => entry.reject(new LogUnavailable('the connection to the log was closed')))
        const chain = await openChain()
        if (chain === undefined) {
          await delay(UNTIL_OPEN_MS)
          continue
        }
        const batch = await judge(chain, takeBatch().filter((entry) => !settleWithoutSending(entry)))
        if (batch.length > 0) await sendTogether(batch, chain.newest)
      }
    } finally {
      flushing = false
    }
  }

  const enqueue = (entry: Waiting): void => {
    if (entry.abandoned) return
    waiting.push(entry)
    void flush()
  }

  return (request: AppendRequest, signal?: AbortSignal): Promise<AppendResult> =>
    new Promise((resolve, reject) => {
      if (isKnown(request)) return resolve({ status: 'duplicate' })
      const messages = toMessages(request, epoch, nc.info?.max_payload ?? Infinity)
      if (messages.length === 0) return resolve({ status: 'appended', sequences: [] })
      const giveUp = (): void => {
        entry.abandoned = true
        waiting = waiting.filter((other) => other !== entry)
        reject(new LogUnavailable(`the log did not take ${request.subject} in time; it is safe to append it again`))
      }
      const done = (settleWith: () => void): void => {
        signal?.removeEventListener('abort', giveUp)
        settleWith()
      }
      const entry: Waiting = {
        request, messages, tries: 0, abandoned: false,
        bytes: messages.reduce((sum, { bytes }) => sum + bytes, 0),
        resolve: (result) => done(() => resolve(result)),
        reject: (error) => done(() => reject(error)),
      }
      if (signal?.aborted === true) return giveUp()
      signal?.addEventListener('abort', giveUp, { once: true })
      enqueue(entry)
    })
}
