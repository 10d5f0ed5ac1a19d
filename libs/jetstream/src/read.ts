import { directGet } from './direct-get.ts'
import { readLastOfMany, type FollowTools } from './follow.ts'
import type { StoredEvent } from './log.ts'
import type { SealedHeads } from './sealed-heads.ts'
import type { Segments } from './segments.ts'

const PAGE = 500

/** What reading needs. */
export interface ReaderOptions extends FollowTools {
  readonly segments: Segments
  readonly heads: SealedHeads
}

/**
 * Reading by direct get: less than a millisecond, where a consumer would cost some forty. Segments are asked at the same time: ten cost
 * little more than one.
 */
export const createReader = (tools: ReaderOptions) => {
  const { segments, heads } = tools

  const loadFrom = async (stream: string, subject: string, fromSequence: number): Promise<StoredEvent[]> => {
    const events: StoredEvent[] = []
    let next = fromSequence
    for (;;) {
      const page = await directGet(tools, stream, { seq: next, batch: PAGE, next_by_subj: subject })
      events.push(...page.events)
      const last = page.events.at(-1)
      if (last === undefined || page.left === 0) return events
      next = last.sequence + 1
    }
  }

  const lastOfIn = async (stream: string, filters: readonly string[]): Promise<StoredEvent[]> => {
    const events: StoredEvent[] = []
    let position: { seq?: number; up_to_seq?: number } = {}
    for (;;) {
      const page = await directGet(tools, stream, { multi_last: filters, batch: PAGE, ...position })
      if (page.tooMany) return readLastOfMany(tools, stream, filters)
      events.push(...page.events)
      const last = page.events.at(-1)
      if (last === undefined || page.left === 0) return events
      position = { seq: last.sequence + 1, up_to_seq: page.upToSequence }
    }
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

  const lastOf = (filters: readonly string[]): Promise<StoredEvent[]> =>
    segments.read(async (chain) => {
      const found = await Promise.all(chain.segments.map(({ stream }) => lastOfIn(stream, filters)))
      if (found.length === 1) return found[0] ?? []
      const newest = new Map(found.flat().map((event) => [event.subject, event]))
      return [...newest.values()].toSorted((one, other) => one.sequence - other.sequence)
    })

  const at = (sequence: number): Promise<StoredEvent | undefined> =>
    segments.read(async (chain) => {
      const segment = chain.segments.find(({ last }) => sequence <= last)
      if (segment === undefined) return undefined
      const { events } = await directGet(tools, segment.stream, { seq: sequence, batch: 1 })
      return events.find((event) => event.sequence === sequence)
    })

  const lastSequence = async (): Promise<number> => (await segments.look()).lastSequence

  return { load, lastOf, at, lastSequence }
}
