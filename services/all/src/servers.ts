import { adminPermissions, inboxPrefixOf, prepareJetStream, readerPermissions, sealerPermissions, servicePermissions } from '@zyra/jetstream'
import type { ConnectOptions, UserPermissions } from '@zyra/jetstream'
import type { Config, Logger } from '@zyra/runtime'
import { readNatsSeed, requireNatsAt, requirePostgresAt, ServerProblem, startNats, startPostgres, type NatsUser } from '@zyra/servers'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { reviveWithSpace } from './revive.ts'
import { allServices } from './services.ts'

/** The NATS user that makes the streams, the command line's, and the one that reads the log to seal it. */
export const ADMIN = 'admin'
export const COMMAND_LINE = 'cli'
export const SEALER = 'sealer'

/** What the services stand on, wherever it runs. */
export interface Servers {
  readonly natsUrl: string
  readonly databaseUrl: string
  readonly natsPort: number | undefined
  readonly postgresPort: number | undefined
  /** The nkey seed of a NATS user, where we have one. */
  readonly seedOf: (user: string) => string | undefined
  /** Settles with one sentence when a server that we started ends without being asked to. */
  readonly failed: Promise<string>
  readonly stop: () => Promise<void>
}

const user = (name: string, { publish, subscribe }: UserPermissions): NatsUser => ({ name, permissions: { publish, subscribe } })

/** Everybody who connects to the log: each with the least that they need. */
export const natsUsers = (): readonly NatsUser[] => [
  user(ADMIN, adminPermissions()),
  user(COMMAND_LINE, readerPermissions(COMMAND_LINE)),
  user(SEALER, sealerPermissions(SEALER)),
  ...Object.keys(allServices).map((name) => user(name, servicePermissions(name))),
]

const seedIn = (dataDir: string) => (name: string): string | undefined => {
  try {
    return readNatsSeed(dataDir, name)
  } catch (error) {
    if (error instanceof ServerProblem) return undefined
    throw error
  }
}

/** How the installation itself connects to the log: not for services. */
export const adminOptions = ({ natsUrl, seedOf }: Pick<Servers, 'natsUrl' | 'seedOf'>): ConnectOptions => {
  const seed = seedOf(ADMIN)
  return { url: natsUrl, name: 'zyra-admin', inboxPrefix: inboxPrefixOf(ADMIN), ...(seed === undefined ? {} : { seed }) }
}

/** A folder of this name is where `zyra restore` puts a backup together before it takes its place. */
const requireWhole = (dataDir: string): void => {
  const stage = join(dataDir, 'restoring')
  if (!existsSync(stage)) return
  throw new ServerProblem(`A restore into ${dataDir} is under way, or was cut short: wait for it, or run "npx zyra restore <folder> --replace" again.`)
}

/**
 * Starts NATS and Postgres, or finds those that the configuration names, and makes the streams.
 * @throws ServerProblem with one sentence that says what to do
 */
export const startServers = async (config: Config, logger: Pick<Logger, 'debug' | 'error' | 'info'>): Promise<Servers> => {
  const { dataDir, diskReserve } = config
  const onLine = (line: string): void => logger.debug({ line }, 'server')
  const stopping = new AbortController()
  requireWhole(dataDir)
  const [natsStarted, postgresStarted] = await Promise.allSettled([
    config.natsUrl === undefined
      ? startNats({ dir: dataDir, port: config.natsPort, users: natsUsers(), onLine })
      : requireNatsAt(config.natsUrl).then(() => undefined),
    config.databaseUrl === undefined
      ? startPostgres({ dir: dataDir, port: config.postgresPort, onLine })
      : requirePostgresAt(config.databaseUrl).then(() => undefined),
  ])
  const nats = natsStarted.status === 'fulfilled' ? natsStarted.value : undefined
  const postgres = postgresStarted.status === 'fulfilled' ? postgresStarted.value : undefined
  const stop = async (): Promise<void> => {
    stopping.abort()
    await Promise.all([nats?.stop(), postgres?.stop()])
  }
  const failure = [natsStarted, postgresStarted].find((one) => one.status === 'rejected')
  if (failure !== undefined) {
    await stop()
    throw failure.reason
  }
  const whenFull = { folder: dataDir, neededBytes: diskReserve, signal: stopping.signal, logger }
  const natsUrl = nats?.url ?? config.natsUrl ?? ''
  const seedOf = nats === undefined ? seedIn(dataDir) : (name: string) => nats.seeds[name]
  await prepareJetStream({ ...adminOptions({ natsUrl, seedOf }), replicas: config.replicas })
  return {
    natsUrl, seedOf, stop,
    databaseUrl: postgres?.url ?? config.databaseUrl ?? '',
    natsPort: nats?.port,
    postgresPort: postgres?.port,
    failed: Promise.race([
      reviveWithSpace({ server: nats, name: 'NATS', ...whenFull }),
      reviveWithSpace({ server: postgres, name: 'Postgres', ...whenFull }),
    ]),
  }
}
