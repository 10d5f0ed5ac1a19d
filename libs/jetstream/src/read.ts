import { askApi } from './ask.ts'
import { directGet } from './direct-get.ts'
import { readLastOfMany, type FollowTools } from './follow.ts'
import { askLeader, confirmed } from './leader.ts'
import type { EventLog, LoadedPage, StoredEvent } from './log.ts'
import { LOG_STREAM } from './streams.ts'

const PAGE = 500
/** More subjects than this the server does not answer at once. */
const ALL_SUBJECTS = 1_024

type Reader = Pick<EventLog, 'load' | 'loadPage' | 'lastOf' | 'at' | 'lastSequence'>

const newestIn = (events: readonly StoredEvent[]): number => Math.max(0, ...events.map(({ sequence }) => sequence))

/** Page after page, to the last event of the subject. */
const loadAll = (loadPage: Reader['loadPage']): Reader['load'] => async (subject, fromSequence) => {
  const events: StoredEvent[] = []
  let next = fromSequence
  for (;;) {
    const page = await loadPage(subject, next)
    events.push(...page.events)
    const last = page.events.at(-1)
    if (last === undefined || page.left === 0) return events
    next = last.sequence + 1
  }
}

/** Reading by direct get: less than a millisecond, where a consumer would cost some forty. On a cluster any replica answers, as far as it is. */
const createDirectReader = (tools: FollowTools): Reader => {
  const loadPage = async (subject: string, fromSequence = 1): Promise<LoadedPage> => {
    const { events, left } = await directGet(tools, LOG_STREAM, { seq: Math.max(1, fromSequence), batch: PAGE, next_by_subj: subject })
    return { events, left }
  }

  // In one answer or by a consumer: what one replica says of half the subjects does not fit to what another says of the rest.
  const lastOf = async (filters: readonly string[]): Promise<readonly StoredEvent[]> => {
    const { events, left, tooMany } = await directGet(tools, LOG_STREAM, { multi_last: filters, batch: ALL_SUBJECTS })
    return tooMany === true || left > 0 ? readLastOfMany(tools, filters) : events
  }

  const at = async (sequence: number): Promise<StoredEvent | undefined> => {
    const { events } = await directGet(tools, LOG_STREAM, { seq: sequence, batch: 1 })
    return events.find((event) => event.sequence === sequence)
  }

  const lastSequence = async (): Promise<number> => {
    const { state } = await askApi<{ state: { last_seq: number } }>(tools, `STREAM.INFO.${LOG_STREAM}`, undefined)
    return state.last_seq
  }

  return { load: loadAll(loadPage), loadPage, lastOf, at, lastSequence }
}

/**
 * Reads the log as it is: everything that was acknowledged before the call. Where it has replicas, a read is held to what their leader has,
 * which costs a request beside it.
 */
export const createReader = (tools: FollowTools, { replicated = false }: { readonly replicated?: boolean } = {}): Reader => {
  const direct = createDirectReader(tools)
  if (!replicated) return direct
  const leader = askLeader(tools)

  const loadPage: Reader['loadPage'] = (subject, fromSequence = 1) =>
    confirmed({
      read: () => direct.loadPage(subject, fromSequence),
      known: () => leader.lastOf([subject]),
      shows: ({ events, left }, known) => left > 0 || known < fromSequence || newestIn(events) >= known,
    })

  return {
    load: loadAll(loadPage),
    loadPage,
    lastOf: (filters) =>
      confirmed({ read: () => direct.lastOf(filters), known: () => leader.lastOf(filters), shows: (events, known) => newestIn(events) >= known }),
    at: async (sequence) =>
      (await direct.at(sequence)) ??
      confirmed({
        read: () => direct.at(sequence), known: () => leader.has(sequence), shows: (event, isThere) => event !== undefined || !isThere,
      }),
    lastSequence: direct.lastSequence,
  }
}
