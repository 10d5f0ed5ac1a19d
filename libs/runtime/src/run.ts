import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { loadMasterKey } from '@zyra/privacy'
import { openPostgres } from '@zyra/postgres'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Config } from './config.ts'
import type { HealthCheck, HealthReport } from './context.ts'
import { messageOf } from './errors.ts'
import { HealthController, PROCESS_STATE } from './health.controller.ts'
import type { Logger } from './logging.ts'
import { createMetrics } from './metrics.ts'
import { fileObjects } from './objects.ts'
import { openService, type RunningService } from './running.ts'
import type { ServiceDefinition } from './service.ts'
import { JetStreamStrategy } from './strategy.ts'

/** Where the servers are and who we are there. */
export interface RunOptions {
  readonly config: Config
  readonly natsUrl: string
  readonly seedOf: (user: string) => string | undefined
  readonly databaseUrl: string
  readonly sandboxOrigin: string
  readonly logger: Logger
  readonly now?: () => Date
}

/** Services at work in this process. */
export interface Running {
  /** `http://host:port` */
  readonly url: string
  readonly services: readonly RunningService[]
  readonly health: () => Promise<HealthReport>
  /** Takes no new work, lets what is under way finish, closes everything. */
  readonly close: () => Promise<void>
}

/** A webhook's body above this size is refused before it is read, in bytes. */
export const MAX_BODY_BYTES = 5 * 1024 * 1024
const HEALTH_HOLDS_MS = 1_000

const createApp = async (services: readonly RunningService[], definitions: readonly ServiceDefinition[], state: unknown): Promise<NestFastifyApplication> => {
  class RootModule {}
  const root = {
    module: RootModule,
    controllers: [HealthController, ...definitions.flatMap(({ controllers = [] }) => [...controllers])],
    providers: [
      { provide: PROCESS_STATE, useValue: state },
      ...services.flatMap(({ context }, index) => [...(definitions[index]?.providers?.(context) ?? [])]),
    ],
  }
  const adapter = new FastifyAdapter({ bodyLimit: MAX_BODY_BYTES, trustProxy: false, forceCloseConnections: 'idle' })
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, { bodyParser: false, logger: false, abortOnError: false })
  const fastify = adapter.getInstance()
  fastify.removeAllContentTypeParsers()
  // Signatures are over the bytes as they came.
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  for (const running of services) app.connectMicroservice({ strategy: new JetStreamStrategy(running) })
  return app
}

const healthOf = (services: readonly RunningService[], database: () => Promise<void>, isDraining: () => boolean) => {
  let last: { readonly at: number; readonly report: Promise<HealthReport> } | undefined
  const look = async (): Promise<HealthReport> => {
    const rows = database().then(
      (): HealthCheck => ({ name: 'postgres', ok: true, detail: 'takes writes' }),
      (error: unknown): HealthCheck => ({ name: 'postgres', ok: false, detail: messageOf(error) }),
    )
    const checks = [await rows, ...(await Promise.all(services.map((running) => running.checks()))).flat()]
    if (isDraining()) checks.push({ name: 'draining', ok: false, detail: 'takes no new work' })
    return { ready: checks.every(({ ok }) => ok), checks }
  }
  return (): Promise<HealthReport> => {
    const now = performance.now()
    if (last === undefined || now - last.at > HEALTH_HOLDS_MS) last = { at: now, report: look() }
    return last.report
  }
}

/**
 * Runs services in this process until `close`.
 * @throws when a server cannot be reached, a port is taken or a user is refused: with one sentence that says what to do
 */
export const run = async (definitions: readonly ServiceDefinition[], options: RunOptions): Promise<Running> => {
  const { config, natsUrl, seedOf, databaseUrl, sandboxOrigin, logger, now = () => new Date() } = options
  const db = await openPostgres({ url: databaseUrl, onConnectionLost: (error) => logger.warn({ why: error.message }, 'connection to Postgres lost') })
  const metrics = createMetrics(logger)
  let draining = false
  const services: RunningService[] = []
  const health = healthOf(services, () => db.ready(), () => draining)
  const masterKey = await loadMasterKey(join(config.dataDir, 'secrets', 'master.key'))
  const process = {
    config, natsUrl, seedOf, masterKey, db, metrics, logger, sandboxOrigin, health, now,
    objects: fileObjects(join(config.dataDir, 'objects')), instance: randomUUID(),
  }
  services.push(...(await Promise.all(definitions.map((definition) => openService(definition, process)))))
  const app = await createApp(services, definitions, { health, metrics })
  await app.startAllMicroservices()
  await app.listen(config.port, config.host)
  return {
    url: await app.getUrl(),
    services,
    health,
    close: async () => {
      draining = true
      await app.close()
      await db.close()
    },
  }
}
