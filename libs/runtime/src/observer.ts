import type { WaitReason } from './retry.ts'

/** What the runtime tells about its work: metrics and logs are made from it. Never holds personal data. */
export interface Observer {
  readonly handled: (handler: string, kind: 'policy' | 'reactor' | 'projection', seconds: number) => void
  /** Before a pause of so many ms. */
  readonly waited: (handler: string, subject: string, why: string, reason: WaitReason, pauseMs: number) => void
  readonly parked: (handler: string, subject: string, error: string) => void
  /** How many aggregates wait for a redrive. */
  readonly lots: (kind: 'policy' | 'reactor', count: number) => void
  readonly decided: (aggregate: string, status: string) => void
  /** How many events a reader has not handled, and how old the oldest of them is. */
  readonly lag: (reader: string, events: number, seconds: number) => void
  readonly stopped: (projection: string, isStopped: boolean) => void
  /** What became of the events of one decision. */
  readonly appended: (
    events: readonly { readonly type: string; readonly time: string }[], result: 'appended' | 'duplicate' | 'conflict' | 'failed', seconds: number,
  ) => void
  /** One call to a vendor; `outcome` is the answer's status, `none` or `refused`. */
  readonly called: (vendor: string, outcome: string, seconds: number) => void
  /** Whether no call goes out at all, and how many merchants are stopped at each level. */
  readonly gate: (state: { readonly closed: boolean; readonly autopilot: number; readonly everything: number }) => void
  readonly problem: (where: string, what: string) => void
}
