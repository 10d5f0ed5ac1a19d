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
  readonly lag: (reader: string, events: number) => void
  readonly problem: (where: string, what: string) => void
}
