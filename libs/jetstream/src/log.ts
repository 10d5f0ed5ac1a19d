import type { OutgoingEvent, StoredEvent } from './wire.ts'

export type { OutgoingEvent, StoredEvent } from './wire.ts'

/** Events of one decision: they land together or not at all. */
export interface AppendRequest {
  readonly subject: string
  readonly events: readonly OutgoingEvent[]
  /** The sequence of the subject's last event as the decision knew it (0: none). Undefined for facts, which nobody decides on. */
  readonly expectedSequence?: number
}

/**
 * `appended`: the sequence of each event. `duplicate`: an event of this id is in the log already and nothing was appended now.
 * `conflict`: somebody else appended to the subject meanwhile; nothing was appended.
 */
export type AppendResult =
  | { readonly status: 'appended'; readonly sequences: readonly number[] }
  | { readonly status: 'duplicate' }
  | { readonly status: 'conflict' }

/** How the log is read. */
export interface FollowOptions {
  readonly filters: readonly string[]
  /** The first sequence to be read. */
  readonly fromSequence: number
  /** The most events in one batch. */
  readonly batchSize?: number
  readonly signal: AbortSignal
}

/** Events that stood together, oldest first. `upTo` is the sequence of the last one. */
export interface EventBatch {
  readonly events: readonly StoredEvent[]
  readonly upTo: number
  /** How many events of these filters still follow. */
  readonly pending: number
}

/** The first events of what was asked for, oldest first, and how many follow them: 0 where none does, else these or more. */
export interface LoadedPage {
  readonly events: readonly StoredEvent[]
  readonly left: number
}

/** The log as the rest of the system sees it; JetStream's in production, one in memory in unit tests. */
export interface EventLog {
  readonly epoch: number
  /** Resolves once the events are on disk. Retries for as long as the signal allows. @throws LogUnavailable when it aborts */
  readonly append: (request: AppendRequest, signal?: AbortSignal) => Promise<AppendResult>
  /** Events of one subject, oldest first, from a sequence on. */
  readonly load: (subject: string, fromSequence?: number) => Promise<readonly StoredEvent[]>
  /** As `load`, but 500 events at most. */
  readonly loadPage: (subject: string, fromSequence?: number) => Promise<LoadedPage>
  /** The last event of every subject that matches. */
  readonly lastOf: (filters: readonly string[]) => Promise<readonly StoredEvent[]>
  /** One event by its sequence. */
  readonly at: (sequence: number) => Promise<StoredEvent | undefined>
  /** The sequence of the newest event, 0 if there is none. */
  readonly lastSequence: () => Promise<number>
  /** Batches from a sequence on; goes on with what comes until the signal aborts. */
  readonly follow: (options: FollowOptions) => AsyncIterable<EventBatch>
}

/** The log did not answer within the time allowed: whether the events are in it is not known; appending them again is safe. */
export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable'
}

/** The log refuses what is asked, and will refuse it again: no permission, too large, no such stream. */
export class LogRefused extends Error {
  override readonly name = 'LogRefused'
}
