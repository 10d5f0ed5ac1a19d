import { setTimeout as delay } from 'node:timers/promises'
import { askApi, errorCodes } from './ask.ts'
import type { FollowTools } from './follow.ts'
import { headerBlockOf } from './headers.ts'
import { LogUnavailable } from './log.ts'
import { openOrderedSession, type Arrived, type OrderedOptions, type OrderedSession } from './ordered-session.ts'
import type { Segments } from './segments.ts'

/** A message of the log, byte for byte as the server stores it; neither its envelope nor its body is looked at. */
export interface RawMessage {
  readonly sequence: number
  readonly subject: string
  /** The header block, `NATS/1.0` and all; empty without headers. A view: copy what is kept. */
  readonly headers: Uint8Array
  /** A view: copy what is kept. */
  readonly body: Uint8Array
}

/** Which part of the log is read. */
export interface RawRange {
  readonly from: number
  /** The last sequence wanted. */
  readonly to: number
  readonly signal: AbortSignal
}

/** After how long without a message the server is asked whether it can still read the next one, in ms. */
const ASK_AFTER_MS = 150
/** After how long a session that sends nothing is begun anew, in ms. */
const SILENT_AFTER_MS = 5_000
const EMPTY = new Uint8Array()

const toRaw = ({ message, position: { sequence } }: Arrived): RawMessage => {
  const headers = headerBlockOf(message)
  if (headers === undefined) throw new Error(`the client library lays out #${sequence} in a way that its stored bytes cannot be told from`)
  return { sequence, subject: message.subject, headers: headers.length === 0 ? EMPTY : headers, body: message.data }
}

/** A reader's connection, and the stream of one segment. */
type RawTools = FollowTools & Pick<OrderedOptions, 'stream'>

/** False for a message that is missing, or in a block of the server's that it cannot read any more. */
const isReadable = async (tools: RawTools, sequence: number): Promise<boolean> => {
  const { noMessageFound, sequenceNotFound } = errorCodes
  const { error } = await askApi(tools, `STREAM.MSG.GET.${tools.stream}`, { seq: sequence }, [noMessageFound, sequenceNotFound])
  return error === undefined
}

/** True when there is something to take; false when nothing comes any more, since the server stumbles over the message that is next. */
const waitForNews = async (tools: RawTools, session: OrderedSession, next: number): Promise<boolean> => {
  const news = session.news().then(() => true)
  const heardWithin = (ms: number): Promise<boolean> => {
    const over = new AbortController()
    const silence = delay(ms, false, { signal: over.signal }).catch(() => false)
    return Promise.race([news, silence]).finally(() => over.abort())
  }
  if (await heardWithin(ASK_AFTER_MS)) return true
  return (await isReadable(tools, next)) && (await heardWithin(SILENT_AFTER_MS))
}

/** How one session ended, and where the next one has to begin. */
interface Stretch {
  readonly next: number
  readonly end: 'done' | 'interrupted' | 'silent'
}

async function* readStretch(tools: RawTools, from: number, { to, signal }: RawRange): AsyncGenerator<readonly RawMessage[], Stretch> {
  const session = await openOrderedSession({ ...tools, filters: ['>'], start: { fromSequence: from }, signal })
  let next = from
  try {
    // A session that ended while it was opened does not know whether there is anything.
    if (session.pendingAtStart === 0) return { next, end: session.ended() ? 'interrupted' : 'done' }
    for (;;) {
      if (signal.aborted) return { next, end: 'done' }
      const arrived = session.take()
      const last = arrived.at(-1)
      if (last !== undefined) {
        next = last.position.sequence + 1
        yield arrived.filter(({ position: { sequence } }) => sequence <= to).map(toRaw)
        if (next > to || last.position.pending === 0) return { next, end: 'done' }
        continue
      }
      session.check()
      if (session.ended()) return { next, end: 'interrupted' }
      if (!(await waitForNews(tools, session, next))) return { next, end: 'silent' }
    }
  } finally {
    session.close()
  }
}

/**
 * The first sequence from `from` on that the server hands out one by one, where a reader in order gets stuck; undefined where there is none up to `to`.
 * What it cannot read is a block of its own, thousands of messages: looked for in growing steps, then by halving.
 */
const nextReadable = async (tools: RawTools, from: number, to: number): Promise<number | undefined> => {
  let [unreadable, readable, step] = [from - 1, from, 1]
  while (!(await isReadable(tools, readable))) {
    if (readable === to) return undefined
    unreadable = readable
    readable = Math.min(to, readable + step)
    step *= 2
  }
  while (readable - unreadable > 1) {
    const middle = Math.floor((readable + unreadable) / 2)
    if (await isReadable(tools, middle)) readable = middle
    else unreadable = middle
  }
  return readable
}

async function* readSegment(tools: RawTools, range: RawRange): AsyncGenerator<readonly RawMessage[]> {
  let { from } = range
  for (let fruitless = 0; from <= range.to && !range.signal.aborted;) {
    const { next, end } = yield* readStretch(tools, from, range)
    if (end === 'done') return
    fruitless = next === from ? fruitless + 1 : 0
    const readable = end === 'silent' ? await nextReadable(tools, next, range.to) : next
    if (readable === undefined) return
    if (fruitless > 1) throw new LogUnavailable(`reading the log stopped at #${next}: the server sends nothing more; see its lines in zyra.log`)
    from = readable
  }
}

/**
 * Reads a part of the log as it is stored, oldest first, in batches, and ends. What the server no longer has, or refuses to hand out because its own
 * checksum does not fit, is left out: the reader sees the gap in the sequences.
 * @throws LogUnavailable when the server does not go on; LogRefused without permission
 */
export async function* readRaw(tools: FollowTools, segments: Pick<Segments, 'look'>, range: RawRange): AsyncGenerator<readonly RawMessage[]> {
  const { chain } = await segments.look()
  for (const { stream, first, last } of chain.segments) {
    const [from, to] = [Math.max(range.from, first), Math.min(range.to, last)]
    if (from <= to) yield* readSegment({ ...tools, stream }, { ...range, from, to })
  }
}
