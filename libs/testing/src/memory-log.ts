import { envelope as envelopeSchema } from '@zyra/contracts'
import { LogRefused, LogUnavailable } from '@zyra/jetstream'
import type { AppendRequest, AppendResult, EventBatch, EventLog, FollowOptions, LoadedPage, StoredEvent } from '@zyra/jetstream'
import { deepFreeze, throughJson } from './deep-freeze.ts'
import { matchesFilter } from './subject-filter.ts'

/** How a log in memory is made. */
export interface MemoryLogOptions {
  /** 1 by default. */
  readonly epoch?: number
  /** Hand in a clock to let ids fall out of the duplicate window. */
  readonly now?: () => Date
}

/**
 * What becomes of one append. `conflict`: nothing is appended, as if somebody else had been faster. `unavailable`: nothing is appended,
 * LogUnavailable is thrown. `answer lost`: it is appended, and LogUnavailable is thrown all the same. `refused`: LogRefused is thrown.
 * A function runs first and the append then goes on as usual: somebody else who appends meanwhile.
 */
export type AppendFault = 'conflict' | 'unavailable' | 'answer lost' | 'refused' | (() => Promise<unknown>)

/** The log of unit tests. It answers as JetStream's does (`memory-log.contract.spec.ts` holds both to that), and misbehaves when told to. */
export interface MemoryLog extends EventLog {
  /** Every event, oldest first. */
  readonly events: () => readonly StoredEvent[]
  /** What becomes of the next appends, one fault each. */
  readonly failAppends: (...faults: readonly AppendFault[]) => void
  /** The next so many calls of `load`, `loadPage`, `lastOf`, `at` and `lastSequence` throw LogUnavailable. */
  readonly failReads: (count?: number) => void
}

/** JetStream's own, as the log is set up. */
const DUPLICATE_WINDOW_MS = 6 * 60 * 60 * 1_000
const BATCH_SIZE = 1_000
const PAGE = 500

/** See {@link MemoryLog}. Nothing in it waits, but everything answers asynchronously. */
export const memoryLog = ({ epoch = 1, now = () => new Date(0) }: MemoryLogOptions = {}): MemoryLog => {
  const stored: StoredEvent[] = []
  const takenAt = new Map<string, number>()
  const faults: AppendFault[] = []
  const wakers = new Set<() => void>()
  let failingReads = 0

  const lastSequenceOf = (subject: string): number => stored.findLast((event) => event.subject === subject)?.sequence ?? 0
  const isKnown = (id: string): boolean => now().getTime() - (takenAt.get(id) ?? -Infinity) < DUPLICATE_WINDOW_MS
  const stands = ({ subject, expectedSequence = 0 }: AppendRequest, id: string): boolean =>
    stored.some((event) => event.subject === subject && event.sequence > expectedSequence && event.envelope.id === id)

  const store = ({ subject, events }: AppendRequest): AppendResult => {
    const fresh = events.map((event, index): StoredEvent => ({
      subject,
      sequence: stored.length + 1 + index,
      envelope: deepFreeze(envelopeSchema.parse(throughJson({ ...event.envelope, epoch }))),
      data: throughJson(event.data),
    }))
    stored.push(...fresh.map(deepFreeze))
    for (const { envelope } of fresh) takenAt.set(envelope.id, now().getTime())
    for (const wake of wakers) wake()
    return { status: 'appended', sequences: fresh.map(({ sequence }) => sequence) }
  }

  const answer = (request: AppendRequest): AppendResult => {
    const ids = request.events.map(({ envelope }) => envelope.id)
    if (ids.some(isKnown) || new Set(ids).size < ids.length) return { status: 'duplicate' }
    const isBehind = request.expectedSequence !== undefined && request.expectedSequence !== lastSequenceOf(request.subject)
    if (isBehind) return { status: ids.some((id) => stands(request, id)) ? 'duplicate' : 'conflict' }
    return store(request)
  }

  const append = async (request: AppendRequest, signal?: AbortSignal): Promise<AppendResult> => {
    const fault = faults.shift()
    if (request.events.length === 0) return { status: 'appended', sequences: [] }
    if (fault === 'unavailable' || signal?.aborted === true) {
      throw new LogUnavailable(`the log did not take ${request.subject} in time; it is safe to append it again`)
    }
    if (fault === 'refused') throw new LogRefused(`the log refuses ${request.subject}: as the spec wants it`)
    if (fault === 'conflict') return { status: 'conflict' }
    if (typeof fault === 'function') await fault()
    const result = answer(request)
    if (fault === 'answer lost') throw new LogUnavailable(`the log took ${request.subject}, but its answer was lost`)
    return result
  }

  const read = async <Answer>(look: () => Answer): Promise<Answer> => {
    if (failingReads === 0) return look()
    failingReads -= 1
    throw new LogUnavailable('reading the log: it does not answer; it is safe to try again')
  }

  const load = (filter: string, fromSequence = 1) =>
    read(() => stored.filter(({ subject, sequence }) => sequence >= fromSequence && matchesFilter(filter, subject)))

  const loadPage = async (filter: string, fromSequence?: number): Promise<LoadedPage> => {
    const events = await load(filter, fromSequence)
    return { events: events.slice(0, PAGE), left: Math.max(0, events.length - PAGE) }
  }

  const lastOf = (filters: readonly string[]) =>
    read(() => {
      const matching = stored.filter(({ subject }) => filters.some((filter) => matchesFilter(filter, subject)))
      const newest = new Map(matching.map((event) => [event.subject, event.sequence]))
      return matching.filter(({ subject, sequence }) => newest.get(subject) === sequence)
    })

  const nextOf = (filters: readonly string[], fromSequence: number): StoredEvent[] =>
    stored.slice(Math.max(0, fromSequence - 1)).filter(({ subject }) => filters.some((filter) => matchesFilter(filter, subject)))

  const news = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        wakers.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      wakers.add(wake)
      signal.addEventListener('abort', wake, { once: true })
    })

  async function* follow({ filters, fromSequence, batchSize = BATCH_SIZE, signal }: FollowOptions): AsyncGenerator<EventBatch> {
    let next = fromSequence
    while (!signal.aborted) {
      const waiting = nextOf(filters, next)
      const events = waiting.slice(0, batchSize)
      const upTo = events.at(-1)?.sequence
      if (upTo === undefined) {
        await news(signal)
        continue
      }
      next = upTo + 1
      yield { events, upTo, pending: waiting.length - events.length }
    }
  }

  return {
    epoch,
    append,
    load,
    loadPage,
    lastOf,
    at: (sequence) => read(() => stored[sequence - 1]),
    lastSequence: () => read(() => stored.length),
    follow,
    events: () => [...stored],
    failAppends: (...more) => {
      faults.push(...more)
    },
    failReads: (count = 1) => {
      failingReads += count
    },
  }
}
