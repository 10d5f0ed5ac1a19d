import type { KeyObject } from 'node:crypto'
import type { Postgres } from '@zyra/postgres'
import type { ClockGuard } from './clock.ts'
import type { Config } from './config.ts'
import type { DiskWatch } from './disk-watch.ts'
import type { HealthReport } from './health-check.ts'
import type { Logger } from './logging.ts'
import type { Metrics } from './metrics.ts'
import type { Objects } from './objects.ts'
import type { Tracing } from './tracing.ts'

/** What the services of one process share. Each still has its own connection to the log, with its own credentials. */
export interface ProcessContext {
  readonly config: Config
  readonly natsUrl: string
  /** The nkey seed of a NATS user; undefined where the server tells users apart by its URL. */
  readonly seedOf: (user: string) => string | undefined
  readonly masterKey: KeyObject
  readonly objects: Objects
  readonly disk: DiskWatch
  readonly clock: ClockGuard
  readonly db: Postgres
  readonly metrics: Metrics
  readonly tracing: Tracing
  readonly logger: Logger
  readonly sandboxOrigin: string
  /** Tells this process from others that run the same services. */
  readonly instance: string
  readonly health: () => Promise<HealthReport>
  readonly now: () => Date
  /** How long what is under way may take to end when the process is asked to stop, in ms. */
  readonly graceMs: number
}
