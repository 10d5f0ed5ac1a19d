import { allServices } from '@zyra/all'
import type { Reading } from '../base/reading.ts'
import type { Terminal } from '../base/terminal.ts'
import type { StoredEvent } from '@zyra/jetstream'
import { openEntries, type Entry } from '../log/entry.ts'
import { startsOf } from '../why/read.ts'
import { runState, type RunState } from './run-state.ts'
import { undecidedCount, type Rules } from './undecided.ts'

/** A run of which nothing is heard for this long is not waited for any more, in ms. */
export const QUIET_MS = 30_000
/** How long is waited for the outcomes of a run that has ended, since the last of them, in ms. */
const SETTLE_MS = 10_000

const AGGREGATES = ['stock', 'etsy-quantity', 'reconcile', 'channels', 'parked'] as const

/** What came of a run. */
export interface Followed extends RunState {
  readonly entries: readonly Entry[]
  /** How much of what the pages of the run showed is not decided on yet. */
  readonly undecided: number
}

/** The run to follow: one correlation of a merchant, after a place in the log. */
export interface Run {
  readonly merchant: string
  readonly correlationId: string
  readonly after: number
}

/**
 * The events that belong to a run. There is one run at a time, so that pages that come now are of it, though they may be read on behalf of
 * what asked for Etsy's receipts before: what comes of them is the run's, too, and their correlation joins `ours`.
 */
export const ofRun = (events: readonly StoredEvent[], ours: Set<string>): readonly StoredEvent[] =>
  events.filter(({ envelope: { type, correlationId } }) => {
    if (type.startsWith('inventory.ChannelsRead')) ours.add(correlationId)
    return ours.has(correlationId)
  })

/** Reads what comes of a run until it has failed or is parked, until all that it showed is decided on and answered, or until nothing comes. */
export const followRun = async (reading: Reading, { merchant, correlationId, after }: Run, { interrupted }: Terminal): Promise<Followed> => {
  const { log, hidden } = reading
  const startAfter = await startsOf(log)
  const services: readonly Rules[] = Object.values(allServices)
  const eventsOf = async (subject: string) => (await openEntries(hidden, await log.load(subject))).map(({ event }) => event)
  const entries: Entry[] = []
  const newest = new Map<string, number>()
  const ours = new Set([correlationId])
  const state = (): RunState => runState(entries, newest)
  const undecided = (): Promise<number> => {
    const pages = entries.filter(({ stored }) => stored.envelope.type === 'inventory.ChannelsRead')
    return undecidedCount(pages, entries, { aggregate: 'stock', services, startAfter, eventsOf })
  }

  const quiet = new AbortController()
  const timed = (ms: number): NodeJS.Timeout => setTimeout(() => quiet.abort(), ms)
  let timer = timed(QUIET_MS)
  const filters = AGGREGATES.map((aggregate) => `zyra.${merchant}.inventory.${aggregate}.*`)
  try {
    for await (const { events } of log.follow({ filters, fromSequence: after + 1, signal: AbortSignal.any([interrupted, quiet.signal]) })) {
      for (const { subject, sequence, envelope } of events)
        if (envelope.type === 'inventory.EtsyQuantityDecided') newest.set(subject, sequence)
      const mine = ofRun(events, ours)
      entries.push(...(await openEntries(hidden, mine)))
      const { items, failed, parked, unanswered } = state()
      if (failed !== undefined || parked !== undefined) break
      if (mine.length > 0) {
        clearTimeout(timer)
        timer = timed(items === undefined ? QUIET_MS : SETTLE_MS)
      }
      if (items !== undefined && unanswered === 0 && (await undecided()) === 0) break
    }
  } finally {
    clearTimeout(timer)
  }
  return { ...state(), entries, undecided: await undecided() }
}
