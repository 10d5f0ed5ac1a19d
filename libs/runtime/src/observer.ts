/** What the runtime tells about its work: metrics and logs are made from it. Never holds personal data. */
export interface Observer {
  readonly handled: (handler: string, kind: 'policy' | 'reactor' | 'projection', seconds: number) => void
  readonly waited: (handler: string, subject: string, why: string, holds: boolean) => void
  readonly parked: (handler: string, subject: string, error: string) => void
  readonly decided: (aggregate: string, status: string) => void
  readonly lag: (reader: string, events: number) => void
  readonly problem: (where: string, what: string) => void
}
