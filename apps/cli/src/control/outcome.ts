import type { Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import { openEntries, type Entry } from '../log/entry.ts'

/** What is waited for: events of one correlation after a place in the log, until their names say that it is over. */
export interface Awaited {
  readonly filters: readonly string[]
  readonly after: number
  readonly correlationId: string
  readonly isOver: (types: readonly string[]) => boolean
  /** 10 s unless told otherwise. */
  readonly withinMs?: number
}

/** The events that came of a request, once it is over or the time is. */
export const untilChain = async (
  { log, hidden }: Reading,
  { filters, after, correlationId, isOver, withinMs = 10_000 }: Awaited,
  { interrupted }: Terminal,
): Promise<readonly Entry[]> => {
  const entries: Entry[] = []
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(withinMs)])
  for await (const { events } of log.follow({ filters, fromSequence: after + 1, signal })) {
    entries.push(
      ...(await openEntries(
        hidden,
        events.filter(({ envelope }) => envelope.correlationId === correlationId),
      )),
    )
    if (entries.length > 0 && isOver(entries.map(({ stored }) => stored.envelope.type))) break
  }
  return entries
}
