import type { PostLimits } from './post.ts'

type Headers = Readonly<Record<string, string>>

/** A webhook that is ready to go. */
export type Delivery = {
  /** Names the delivery in the records; the vendor's own id of it. */
  readonly id: string
  /** What the plan's `where.operation` is compared with. */
  readonly topic: string
  readonly url: string
  /** Signed headers. A function is called for each attempt, for vendors that sign anew with the time of the attempt. */
  readonly headers: Headers | ((attempt: { readonly number: number; readonly at: Date }) => Headers)
  /** Sent byte for byte, the same in each attempt. */
  readonly body: Uint8Array | string
}

/** When a vendor tries again, and how long it waits for an answer. */
export type RetrySchedule = PostLimits & {
  /** Pauses before the 2nd, 3rd ... attempt, in ms; its length is the number of retries. */
  readonly retryDelaysMs: readonly number[]
}

/** The same schedule with its pauses divided by `factor` (> 0), so that a sandbox sees in seconds what takes hours. Time limits stay. */
export const compressSchedule = (schedule: RetrySchedule, factor: number): RetrySchedule =>
  ({ ...schedule, retryDelaysMs: schedule.retryDelaysMs.map((ms) => Math.round(ms / factor)) })
