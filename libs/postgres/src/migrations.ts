import { MigrationExecutor } from 'typeorm'
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm'

const MIGRATION_LOCK = 'zyra migrations'

const checkpointTable = (schema: string) => `
  create table ${schema}.projection_checkpoint (
    name text collate "C" primary key,
    version int not null,
    epoch int not null,
    sequence bigint not null,
    stopped_because text,
    updated_at timestamptz not null default now()
  )`

/** The schemas of live rows and of rows being rebuilt, each with its checkpoints. Projections make their own tables. */
export class CreateCheckpoints1763596800000 implements MigrationInterface {
  readonly name = 'CreateCheckpoints1763596800000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create schema if not exists zyra_rebuild')
    await runner.query(checkpointTable('zyra'))
    await runner.query(checkpointTable('zyra_rebuild'))
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema zyra_rebuild cascade')
    await runner.query('drop table zyra.projection_checkpoint')
  }
}

/**
 * Runs what is pending in one transaction. Processes that open the same database at the same time wait for each other
 * (an advisory lock of the transaction, so that it ends with a process that dies).
 */
export const migrate = async (source: DataSource): Promise<void> => {
  const runner = source.createQueryRunner()
  try {
    await runner.startTransaction()
    await runner.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [MIGRATION_LOCK])
    await runner.query('create schema if not exists zyra')
    const executor = new MigrationExecutor(source, runner)
    executor.transaction = 'all'
    await executor.executePendingMigrations()
    await runner.commitTransaction()
  } catch (error) {
    await runner.rollbackTransaction().catch(() => undefined)
    throw error
  } finally {
    await runner.release()
  }
}
