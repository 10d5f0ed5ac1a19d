import type { EventLog, StoredEvent } from '@zyra/jetstream'

/** Everything in the log. */
export const ALL = 'zyra.>'

const BATCH = 1_000

/** True if a subject is one of those that a filter stands for: `*` is one token, `>` all that follow. */
export const matches = (filter: string, subject: string): boolean => {
  const [wanted, tokens] = [filter.split('.'), subject.split('.')]
  const end = wanted.indexOf('>')
  if (end === -1 && wanted.length !== tokens.length) return false
  return wanted.slice(0, end === -1 ? undefined : end).every((token, index) => token === '*' || token === tokens[index])
}

/** A part of the log. */
export interface Range {
  readonly log: EventLog
  readonly filter: string
  /** The first sequence. */
  readonly from: number
  /** The last sequence; it must be in the log. */
  readonly to: number
  readonly signal: AbortSignal
}

/** Batches of the events of a part of the log, oldest first. Ends at its end, or when the signal aborts. */
export async function* readRange({ log, filter, from, to, signal }: Range): AsyncGenerator<readonly StoredEvent[]> {
  if (from > to) return
  const last = await log.at(to)
  if (last === undefined) return
  // Following ends only with an event: the last one of the part is read whether it is wanted or not.
  const filters = matches(filter, last.subject) ? [filter] : [filter, last.subject]
  const done = new AbortController()
  const either = AbortSignal.any([signal, done.signal])
  try {
    for await (const { events, upTo } of log.follow({ filters, fromSequence: from, batchSize: BATCH, signal: either })) {
      yield events.filter(({ sequence, subject }) => sequence <= to && matches(filter, subject))
      if (upTo >= to) return
    }
  } finally {
    done.abort()
  }
}

const FIRST_WINDOW = 2_000

/**
 * Batches of events from the newest backwards; within a batch they stand oldest first. Each batch reaches further back than the one
 * before it, so that what is recent is found at once and what is old is found too.
 */
export async function* readBackwards({ log, filter, from, to, signal }: Range): AsyncGenerator<readonly StoredEvent[]> {
  for (let [end, size] = [to, FIRST_WINDOW]; end >= from && !signal.aborted; end -= size, size *= 4) {
    const found: StoredEvent[] = []
    for await (const events of readRange({ log, filter, from: Math.max(from, end - size + 1), to: end, signal })) found.push(...events)
    yield found
  }
}

/** Times are stamped before events get their place, so that neighbours may stand the other way round by this much, in ms. */
const DISORDER_MS = 60_000

const timeAt = async (log: EventLog, sequence: number): Promise<number> => {
  const stored = await log.at(sequence)
  // What a sealed stream left behind stands before everything.
  return stored === undefined ? -Infinity : Date.parse(stored.envelope.time)
}

/** The first sequence from which on no event is older than a time, found by halving; events shortly after it may still be older. */
export const sequenceBefore = async (log: EventLog, time: number, last: number): Promise<number> => {
  let [low, high] = [1, last + 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((await timeAt(log, middle)) < time - DISORDER_MS) low = middle + 1
    else high = middle
  }
  return low
}

/** The sequence of the last event that was stamped at a time or before it, 0 where there is none. */
export const sequenceAsOf = async (log: EventLog, time: number, last: number, signal: AbortSignal): Promise<number> => {
  const start = await sequenceBefore(log, time, last)
  let found = start - 1
  for await (const events of readRange({ log, filter: ALL, from: start, to: last, signal })) {
    for (const { sequence, envelope } of events) {
      if (Date.parse(envelope.time) > time + DISORDER_MS) return found
      if (Date.parse(envelope.time) <= time) found = sequence
    }
  }
  return found
}
