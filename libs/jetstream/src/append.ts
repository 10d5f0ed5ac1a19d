import { errors, nuid, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node'
import QuickLRU from 'quick-lru'
import { type AppendRequest, type AppendResult, LogRefused, LogUnavailable } from './log.ts'
import { type OutgoingEvent, toHeaders } from './wire.ts'

/** How appends are sent. */
export interface AppenderOptions {
  readonly nc: NatsConnection
  readonly epoch: number
  /** How long one request waits for the server before it is sent again, in ms. */
  readonly requestTimeoutMs?: number
  /** Ids remembered, so that a repeated event does not spoil a batch. */
  readonly knownIds?: number
}

interface Message {
  readonly subject: string
  readonly headers: MsgHdrs
  readonly body: Uint8Array
}

interface Waiting {
  readonly request: AppendRequest
  readonly messages: readonly Message[]
  readonly bytes: number
  readonly resolve: (result: AppendResult) => void
  readonly reject: (error: Error) => void
  /** How often it was sent without an answer. */
  tries: number
}

/** JetStream's answers that mean something here (`err_code`). */
const WRONG_LAST_SEQUENCE = new Set([10071, 10164])
const DUPLICATE_IN_BATCH = 10201
/** Storage or memory is used up, or the server is not ready: it may pass. */
const TRANSIENT = new Set([10008, 10023, 10047, 10077, 10118])

/** A batch of fewer events costs more than sending each decision by itself (measured: 2-4 ms for 3 to 10 events on one node). */
const MIN_BATCH = 16
const MAX_BATCH_EVENTS = 500
const MAX_BATCH_BYTES = 4 * 1024 * 1024

interface PubAck {
  readonly seq?: number
  readonly duplicate?: boolean
  readonly count?: number
  readonly error?: { readonly code: number; readonly err_code: number; readonly description: string }
}

type Outcome = { readonly ack: PubAck } | { readonly unreachable: Error }

const encoder = new TextEncoder()

const toMessage = (subject: string, event: OutgoingEvent, epoch: number): Message => {
  const headers = toHeaders(event.envelope, epoch)
  headers.set('Nats-Msg-Id', event.envelope.id)
  return { subject, headers, body: encoder.encode(JSON.stringify(event.data)) }
}

/** Concurrent appends wait while one flush is under way and share the next one's fsync; alone, an append goes out at once. */
export const createAppender = ({ nc, epoch, requestTimeoutMs = 2_000, knownIds = 20_000 }: AppenderOptions) => {
  const known = new QuickLRU<string, true>({ maxSize: knownIds })
  let waiting: Waiting[] = []
  let flushing = false
  const abandoned = new WeakSet<Waiting>()

  const request = async ({ subject, body, headers }: Message): Promise<Outcome> => {
    try {
      const answer: Msg = await nc.request(subject, body, { headers, timeout: requestTimeoutMs })
      return { ack: answer.json<PubAck>() }
    } catch (error) {
      if (error instanceof errors.PermissionViolationError) throw new LogRefused(`not allowed to append to ${subject}: each service appends under its own name only`)
      return { unreachable: error instanceof Error ? error : new Error(String(error)) }
    }
  }

  const sendAtomically = async (messages: readonly Message[]): Promise<Outcome> => {
    const batchId = nuid.next()
    for (const [index, message] of messages.entries()) {
      message.headers.set('Nats-Batch-Id', batchId)
      message.headers.set('Nats-Batch-Sequence', String(index + 1))
      if (index === messages.length - 1) {
        message.headers.set('Nats-Batch-Commit', '1')
        const outcome = await request(message)
        message.headers.delete('Nats-Batch-Commit')
        return outcome
      }
      nc.publish(message.subject, message.body, { headers: message.headers })
    }
    return { ack: {} }
  }

  const clearBatchHeaders = (messages: readonly Message[]): void => {
    for (const { headers } of messages) for (const name of ['Nats-Batch-Id', 'Nats-Batch-Sequence']) headers.delete(name)
  }

  const succeed = (entry: Waiting, result: AppendResult): void => {
    for (const { envelope } of entry.request.events) known.set(envelope.id, true)
    entry.resolve(result)
  }

  const sendAgainLater = (entry: Waiting): void => {
    const pause = Math.min(50 * 2 ** entry.tries, 2_000)
    entry.tries += 1
    setTimeout(() => enqueue(entry), pause)
  }

  const settle = (entry: Waiting, { error, duplicate, seq = 0 }: PubAck): void => {
    if (error === undefined) {
      const first = seq - entry.messages.length + 1
      const sequences = entry.messages.map((_, index) => first + index)
      return succeed(entry, duplicate === true ? { status: 'duplicate' } : { status: 'appended', sequences })
    }
    if (WRONG_LAST_SEQUENCE.has(error.err_code)) return entry.resolve({ status: 'conflict' })
    if (error.err_code === DUPLICATE_IN_BATCH) return succeed(entry, { status: 'duplicate' })
    if (TRANSIENT.has(error.err_code) || error.code === 503) return sendAgainLater(entry)
    return entry.reject(new LogRefused(`the log refuses ${entry.request.subject}: ${error.description} (${error.err_code})`))
  }

  const sendAlone = async (entry: Waiting): Promise<void> => {
    const [only, ...more] = entry.messages
    if (only === undefined) return entry.resolve({ status: 'appended', sequences: [] })
    try {
      const outcome = more.length === 0 ? await request(only) : await sendAtomically(entry.messages)
      clearBatchHeaders(entry.messages)
      if ('ack' in outcome) settle(entry, outcome.ack)
      else sendAgainLater(entry)
    } catch (error) {
      entry.reject(error instanceof Error ? error : new Error(String(error)))
    }
  }

  const sendTogether = async (entries: readonly Waiting[]): Promise<void> => {
    const messages = entries.flatMap((entry) => entry.messages)
    const outcome = messages.length < MIN_BATCH ? undefined : await sendAtomically(messages)
    clearBatchHeaders(messages)
    if (outcome === undefined || !('ack' in outcome) || outcome.ack.error !== undefined) {
      await Promise.all(entries.map((entry) => sendAlone(entry)))
      return
    }
    let next = (outcome.ack.seq ?? 0) - messages.length + 1
    for (const entry of entries) {
      const first = next
      next += entry.messages.length
      succeed(entry, { status: 'appended', sequences: entry.messages.map((_, index) => first + index) })
    }
  }

  /** One append per subject and id in a batch: the server checks a subject's expected sequence against what stood before the batch. */
  const takeBatch = (): Waiting[] => {
    const [taken, left, seen] = [[] as Waiting[], [] as Waiting[], new Set<string>()]
    let [events, bytes] = [0, 0]
    for (const entry of waiting) {
      const names = [...(entry.request.expectedSequence === undefined ? [] : [entry.request.subject]), ...entry.request.events.map(({ envelope }) => envelope.id)]
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

  const flush = async (): Promise<void> => {
    if (flushing) return
    flushing = true
    try {
      while (waiting.length > 0) await sendTogether(takeBatch())
    } finally {
      flushing = false
    }
  }

  const enqueue = (entry: Waiting): void => {
    if (abandoned.has(entry)) return
    waiting.push(entry)
    void flush()
  }

  return (appendRequest: AppendRequest, signal?: AbortSignal): Promise<AppendResult> =>
    new Promise((resolve, reject) => {
      if (appendRequest.events.some(({ envelope }) => known.has(envelope.id))) return resolve({ status: 'duplicate' })
      const messages = appendRequest.events.map((event) => toMessage(appendRequest.subject, event, epoch))
      const expected = appendRequest.expectedSequence
      if (expected !== undefined) messages[0]?.headers.set('Nats-Expected-Last-Subject-Sequence', String(expected))
      const bytes = messages.reduce((sum, { body }) => sum + body.length, 0)
      const giveUp = (): void => {
        waiting = waiting.filter((other) => other !== entry)
        abandoned.add(entry)
        reject(new LogUnavailable(`the log did not take ${appendRequest.subject} in time`))
      }
      const done = (settleWith: () => void): void => {
        signal?.removeEventListener('abort', giveUp)
        settleWith()
      }
      const entry: Waiting = {
        request: appendRequest, messages, bytes, tries: 0,
        resolve: (result) => done(() => resolve(result)),
        reject: (error) => done(() => reject(error)),
      }
      if (signal?.aborted === true) return giveUp()
      signal?.addEventListener('abort', giveUp, { once: true })
      enqueue(entry)
    })
}
