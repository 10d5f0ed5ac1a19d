import QuickLRU from 'quick-lru'
import { directGet } from './direct-get.ts'
import { readLastOfMany, type FollowTools } from './follow.ts'
import { askLeader, confirmed, type ConfirmOptions } from './leader.ts'
import type { LoadedPage, StoredEvent } from './log.ts'
import type { SealedHeads } from './sealed-heads.ts'
import type { Segment, Segments } from './segments.ts'

const PAGE = 500
/** So many answers of sealed segments, of so many events at most, are remembered. */
const KEPT_ANSWERS = 200
const KEPT_EVENTS = 50
/** More subjects than this the server does not answer at once. */
const ALL_SUBJECTS = 1_024

/** What reading needs. */
export interface ReaderOptions extends FollowTools {
  readonly segments: Segments
  readonly heads: SealedHeads
  /** True where any of several replicas may answer a direct get: then reads are held to what the leader has, which costs a request beside each. */
  readonly replicated: boolean
}

const newestIn = (events: readonly StoredEvent[]): number => events.reduce((newest, { sequence }) => Math.max(newest, sequence), 0)

/**
 * Reading by direct get: less than a millisecond, where a consumer would cost some forty. Segments are asked at the same time: ten cost
 * little more than one. What was acknowledged before the call is read. Short answers of sealed segments, which never change, are remembered.
 */
export const createReader = (tools: ReaderOptions) => {
  const { segments, heads, replicated } = tools
  const leader = askLeader(tools)
  const held = <Read, Known>(options: ConfirmOptions<Read, Known>): Promise<Read> => (replicated ? confirmed(options) : options.read())

  const pageIn = (stream: string, subject: string, from: number, batch = PAGE): Promise<LoadedPage> =>
    held({
      read: async () => {
        const { events, left } = await directGet(tools, stream, { seq: from, batch, next_by_subj: subject })
        return { events, left }
      },
      known: () => leader.lastOf(stream, [subject]),
      shows: ({ events, left }, known) => left > 0 || known < from || newestIn(events) >= known,
    })

  const loadFrom = async (stream: string, subject: string, fromSequence: number): Promise<StoredEvent[]> => {
    const events: StoredEvent[] = []
    let next = fromSequence
    for (;;) {
      const page = await pageIn(stream, subject, next)
      events.push(...page.events)
      const last = page.events.at(-1)
      if (last === undefined || page.left === 0) return events
      next = last.sequence + 1
    }
  }

  // In one answer or by a consumer: what one replica says of half the subjects does not fit to what another says of the rest.
  const lastOfIn = (stream: string, filters: readonly string[]): Promise<readonly StoredEvent[]> =>
    held({
      read: async () => {
        const { events, left, tooMany } = await directGet(tools, stream, { multi_last: filters, batch: ALL_SUBJECTS })
        return tooMany === true || left > 0 ? readLastOfMany(tools, stream, filters) : events
      },
      known: () => leader.lastOf(stream, filters),
      shows: (events, known) => newestIn(events) >= known,
    })

  const lastOfSealed = new QuickLRU<string, readonly StoredEvent[]>({ maxSize: KEPT_ANSWERS })
  const lastOfSegment = async ({ stream, state }: Segment, filters: readonly string[]): Promise<readonly StoredEvent[]> => {
    const asked = [stream, ...filters].join(' ')
    const kept = lastOfSealed.get(asked)
    if (kept !== undefined) return kept
    const found = await lastOfIn(stream, filters)
    if (state === 'sealed' && found.length <= KEPT_EVENTS) lastOfSealed.set(asked, found)
    return found
  }

  const load = (subject: string, fromSequence = 1): Promise<StoredEvent[]> => {
    const from = Math.max(1, fromSequence)
    return segments.read(async (chain) => {
      const asked = chain.segments.filter(({ last }) => last >= from)
      const found = await Promise.all(asked.map(({ stream }) => loadFrom(stream, subject, from)))
      const events = found.flat()
      heads.note(chain, subject, from, events)
      return events
    })
  }

  const loadPage = (subject: string, fromSequence = 1): Promise<LoadedPage> => {
    const from = Math.max(1, fromSequence)
    return segments.read(async (chain) => {
      let page: LoadedPage = { events: [], left: 0 }
      for (const { stream } of chain.segments.filter(({ last }) => last >= from)) {
        if (page.left > 0) break
        const room = PAGE - page.events.length
        const { events, left } = await pageIn(stream, subject, from, Math.max(1, room))
        page = room > 0 ? { events: [...page.events, ...events], left } : { ...page, left: events.length + left }
      }
      if (page.left === 0) heads.note(chain, subject, from, page.events)
      return page
    })
  }

  const lastOf = (filters: readonly string[]): Promise<readonly StoredEvent[]> =>
    segments.read(async (chain) => {
      const found = await Promise.all(chain.segments.map((segment) => lastOfSegment(segment, filters)))
      if (found.length === 1) return found[0] ?? []
      const newest = new Map(found.flat().map((event) => [event.subject, event]))
      return [...newest.values()].toSorted((one, other) => one.sequence - other.sequence)
    })

  const at = (sequence: number): Promise<StoredEvent | undefined> =>
    segments.read(async (chain) => {
      const segment = chain.segments.find(({ last }) => sequence <= last)
      if (segment === undefined) return undefined
      const { stream } = segment
      const read = async (): Promise<StoredEvent | undefined> => {
        const { events } = await directGet(tools, stream, { seq: sequence, batch: 1 })
        return events.find((event) => event.sequence === sequence)
      }
      return held({ read, known: () => leader.has(stream, sequence), shows: (event, isThere) => event !== undefined || !isThere })
    })

  const lastSequence = async (): Promise<number> => (await segments.look()).lastSequence

  return { load, loadPage, lastOf, at, lastSequence }
}
