import { askApi } from './ask.ts'
import { directGet } from './direct-get.ts'
import { readLastOfMany, type FollowTools } from './follow.ts'
import type { LoadedPage, StoredEvent } from './log.ts'
import { LOG_STREAM } from './streams.ts'

const PAGE = 500

/** Reading by direct get: less than a millisecond, where a consumer would cost some forty. */
export const createReader = (tools: FollowTools) => {
  const loadPage = async (subject: string, fromSequence = 1): Promise<LoadedPage> => {
    const { events, left } = await directGet(tools, LOG_STREAM, { seq: Math.max(1, fromSequence), batch: PAGE, next_by_subj: subject })
    return { events, left }
  }

  const load = async (subject: string, fromSequence = 1): Promise<StoredEvent[]> => {
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

  const lastOf = async (filters: readonly string[]): Promise<StoredEvent[]> => {
    const events: StoredEvent[] = []
    let position: { seq?: number; up_to_seq?: number } = {}
    for (;;) {
      const page = await directGet(tools, LOG_STREAM, { multi_last: filters, batch: PAGE, ...position })
      if (page.tooMany) return readLastOfMany(tools, filters)
      events.push(...page.events)
      const last = page.events.at(-1)
      if (last === undefined || page.left === 0) return events
      position = { seq: last.sequence + 1, up_to_seq: page.upToSequence }
    }
  }

  const at = async (sequence: number): Promise<StoredEvent | undefined> => {
    const { events } = await directGet(tools, LOG_STREAM, { seq: sequence, batch: 1 })
    return events.find((event) => event.sequence === sequence)
  }

  const lastSequence = async (): Promise<number> => {
    const { state } = await askApi<{ state: { last_seq: number } }>(tools, `STREAM.INFO.${LOG_STREAM}`, undefined)
    return state.last_seq
  }

  return { load, loadPage, lastOf, at, lastSequence }
}
