import type { Vault } from '@zyra/privacy'
import type { EventLog } from '@zyra/jetstream'
import type { Postgres } from '@zyra/postgres'
import type { ClockGuard } from './clock.ts'
import type { Codec } from './codec.ts'
import type { Config } from './config.ts'
import type { Decisions } from './decisions.ts'
import type { DiskWatch } from './disk-watch.ts'
import type { Gate } from './gate.ts'
import type { HealthReport } from './health-check.ts'
import type { Logger } from './logging.ts'
import type { Merchants } from './merchants.ts'
import type { Metrics } from './metrics.ts'
import type { Objects } from './objects.ts'
import type { Tracer } from './tracing.ts'

/** What the runtime hands to a service's ports and controllers. */
export interface ServiceContext {
  readonly service: string
  readonly config: Config
  /** Where the sandbox listens: the only address that a sandbox merchant may reach. */
  readonly sandboxOrigin: string
  readonly log: EventLog
  readonly codec: Codec
  readonly decisions: Decisions
  readonly gate: Gate
  readonly merchants: Merchants
  readonly vault: Vault
  readonly objects: Objects
  readonly disk: Pick<DiskWatch, 'state' | 'check'>
  readonly clock: Pick<ClockGuard, 'problem'>
  readonly db: Postgres
  readonly metrics: Metrics
  readonly tracer: Tracer
  /** The gate's fetch for calls to one vendor, measured under the vendor's name (one lower-case word). */
  readonly callsTo: (vendor: string) => typeof globalThis.fetch
  readonly logger: Logger
  /** The state of everything that runs in this process. */
  readonly health: () => Promise<HealthReport>
  readonly now: () => Date
}
