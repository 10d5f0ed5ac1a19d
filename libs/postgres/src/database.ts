import { setTimeout as after } from 'node:timers/promises'
import pg from 'pg'
import { DataSource } from 'typeorm'
import type { QueryRunner } from 'typeorm'
import { asPostgresError, PostgresError } from './errors.ts'
import { CreateCheckpoints1763596800000, migrate } from './migrations.ts'

/** Runs one statement with `$1`-style values. Throws PostgresError. */
export type Query = <Answer>(sql: string, values?: readonly unknown[]) => Promise<readonly Answer[]>

/** A pool of connections to one database. Connections that die are replaced by the next call: nothing needs a restart. */
export interface Postgres {
  /** Resolves if Postgres answers within 2 s and takes writes; else throws PostgresError. */
  readonly ready: () => Promise<void>
  /** Ends all connections; calls under way fail. */
  readonly close: () => Promise<void>
  readonly query: Query
  /** Commits what `work` did, or undoes all of it if it throws. `work` awaits each of its statements. */
  readonly transaction: <T>(work: (query: Query) => Promise<T>) => Promise<T>
}

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string
  /** The most connections to hold at a time; 10 unless told otherwise. */
  readonly poolSize?: number
  /** Told whenever a connection that nobody was using is lost. */
  readonly onConnectionLost?: (error: PostgresError) => void
}

const CONNECT_TIMEOUT_MS = 5_000
const READY_TIMEOUT_MS = 2_000
const KEEP_ALIVE_MS = 10_000
/** A process that stalls in a transaction must not hold its locks for ever. */
const IDLE_IN_TRANSACTION_MS = 60_000

const queryOn = (runner: QueryRunner): Query => async <Answer>(sql: string, values: readonly unknown[] = []) => {
  try {
    const result: { records: Answer[] } = await runner.query(sql, [...values], true)
    return result.records
  } catch (error) {
    throw asPostgresError(error)
  }
}

const settled = async (step: () => Promise<unknown>): Promise<void> => {
  try {
    await step()
  } catch (error) {
    throw asPostgresError(error)
  }
}

const query = (source: DataSource): Query => async (sql, values) => {
  const runner = source.createQueryRunner()
  try {
    return await queryOn(runner)(sql, values)
  } finally {
    await runner.release()
  }
}

const transaction = (source: DataSource): Postgres['transaction'] => async (work) => {
  const runner = source.createQueryRunner()
  try {
    await settled(() => runner.startTransaction())
    const result = await work(queryOn(runner))
    await settled(() => runner.commitTransaction())
    return result
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined)
    throw error
  } finally {
    await runner.release()
  }
}

const ready = (source: DataSource) => async (): Promise<void> => {
  const overdue = new AbortController()
  const late = after(READY_TIMEOUT_MS, undefined, { signal: overdue.signal }).then(() => {
    throw new PostgresError(`Postgres did not answer within ${READY_TIMEOUT_MS} ms`, 'ETIMEDOUT', true)
  })
  try {
    const answer = query(source)<{ readonly: boolean }>('select pg_is_in_recovery() as readonly')
    const [server] = await Promise.race([answer, late])
    if (server?.readonly !== false) throw new PostgresError('Postgres takes no writes now: it is a standby or recovering', '25006', true)
  } finally {
    overdue.abort()
  }
}

/**
 * Connects, and brings the database's own tables up to date (schemas `zyra` and `zyra_rebuild`).
 * Throws PostgresError; `isTransient` tells whether waiting may help.
 */
export const openPostgres = async ({ url, poolSize = 10, onConnectionLost }: PostgresOptions): Promise<Postgres> => {
  const source = new DataSource({
    type: 'postgres',
    url,
    driver: pg,
    schema: 'zyra',
    poolSize,
    applicationName: 'zyra',
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    installExtensions: false,
    logging: false,
    migrations: [CreateCheckpoints1763596800000],
    poolErrorHandler: (error: unknown) => onConnectionLost?.(asPostgresError(error)),
    extra: { keepAlive: true, keepAliveInitialDelayMillis: KEEP_ALIVE_MS, idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS },
  })
  await settled(() => source.initialize())
  try {
    await settled(() => migrate(source))
  } catch (error) {
    await source.destroy()
    throw error
  }
  return {
    ready: ready(source),
    close: () => settled(() => source.destroy()),
    query: query(source),
    transaction: transaction(source),
  }
}
