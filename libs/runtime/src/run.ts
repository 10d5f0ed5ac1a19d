import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { loadMasterKey } from '@zyra/privacy'
import { openPostgres } from '@zyra/postgres'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { guardClock } from './clock.ts'
import type { Config } from './config.ts'
import type { HealthReport } from './health-check.ts'
import { watchDisk } from './disk-watch.ts'
import { enterInRegister, registersOf } from './erasure-register.ts'
import { messageOf } from './errors.ts'
import { HealthController, PROCESS_STATE, type ProcessState } from './health-routes.ts'
import { createHealth } from './health.ts'
import type { Logger } from './logging.ts'
import { observeHttp } from './http-observed.ts'
import { createMetrics } from './metrics.ts'
import { fileObjects } from './objects.ts'
import type { ProcessContext } from './process.ts'
import { openService, type RunningService } from './running.ts'
import type { ServiceDefinition } from './service.ts'
import { JetStreamStrategy } from './strategy.ts'
import { noTracing, type Tracer, type Tracing } from './tracing.ts'

/** Where the servers are and who we are there. */
export interface RunOptions {
  readonly config: Config
  readonly natsUrl: string
  readonly seedOf: (user: string) => string | undefined
  readonly databaseUrl: string
  readonly sandboxOrigin: string
  readonly logger: Logger
  /** By default nothing is traced. Closed by whoever opened it. */
  readonly tracing?: Tracing
  readonly now?: () => Date
  /** How long what is under way may take to end once `close` is called, in ms. */
  readonly graceMs?: number
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
const GRACE_MS = 10_000
/** A request that has not come whole by then is answered 408 and its connection closed, in ms: nobody holds one for ever by saying nothing. */
export const REQUEST_WITHIN_MS = 10_000
/** How often that is looked at, in ms. */
const LOOK_EVERY_MS = 1_000

const createApp = async (services: readonly RunningService[], definitions: readonly ServiceDefinition[], state: ProcessState, tracer: Tracer) => {
  @Module({})
  class RootModule {}
  const root = {
    module: RootModule,
    controllers: [HealthController, ...definitions.flatMap(({ controllers = [] }) => [...controllers])],
    providers: [
      { provide: PROCESS_STATE, useValue: state },
      ...services.flatMap(({ context }, index) => [...(definitions[index]?.providers?.(context) ?? [])]),
    ],
  }
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES, trustProxy: false, forceCloseConnections: 'idle',
    requestTimeout: REQUEST_WITHIN_MS, http: { headersTimeout: REQUEST_WITHIN_MS, connectionsCheckingInterval: LOOK_EVERY_MS },
  })
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, { bodyParser: false, logger: false, abortOnError: false })
  const fastify = adapter.getInstance()
  fastify.removeAllContentTypeParsers()
  observeHttp(fastify, state.metrics, tracer)
  // What a sender calls its body decides nothing here, and a name that is no media type must not lose a signed delivery (415).
  fastify.addHook('onRequest', (request, _reply, done) => {
    request.headers['content-type'] = 'application/octet-stream'
    done()
  })
  // Signatures are over the bytes as they came.
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  for (const running of services) app.connectMicroservice({ strategy: new JetStreamStrategy(running) })
  return app
}

/** All of them, or none: what was opened is closed again where one fails. */
const openServices = async (definitions: readonly ServiceDefinition[], process: ProcessContext): Promise<readonly RunningService[]> => {
  const opened = await Promise.allSettled(definitions.map((definition) => openService(definition, process)))
  const failed = opened.find((one) => one.status === 'rejected')
  const services = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  if (failed === undefined) return services
  await Promise.allSettled(services.map(({ close }) => close()))
  throw failed.reason
}

/** A register that is missing would pass for one without erasures: there is one from the first start on, which knows how high epochs went. */
const noteEpoch = async (services: readonly RunningService[], { config, logger, now }: ProcessContext): Promise<void> => {
  const epoch = Math.max(0, ...services.map(({ context }) => context.log.epoch))
  for (const file of epoch === 0 ? [] : registersOf(config)) {
    try {
      await enterInRegister(file, { at: now().toISOString(), epoch })
    } catch (error) {
      logger.error({ why: messageOf(error) }, 'erasures')
    }
  }
}

/**
 * Runs services in this process until `close`.
 * @throws when a server cannot be reached, a port is taken or a user is refused: with one sentence that says what to do. Nothing is left running then.
 */
export const run = async (definitions: readonly ServiceDefinition[], options: RunOptions): Promise<Running> => {
  const { config, natsUrl, seedOf, databaseUrl, sandboxOrigin, logger, tracing = noTracing, now = () => new Date(), graceMs = GRACE_MS } = options
  const masterKey = await loadMasterKey(join(config.dataDir, 'secrets', 'master.key'))
  const db = await openPostgres({ url: databaseUrl, onConnectionLost: (error) => logger.warn({ why: error.message }, 'connection to Postgres lost') })
  const metrics = createMetrics(logger, { dataDir: config.dataDir })
  const disk = await watchDisk({
    folder: config.dataDir, reserveBytes: config.diskReserve,
    onChange: (state, what) => (state === 'ample' ? logger.info({ what }, 'there is space again') : logger.error({ what }, 'the disk is nearly full')),
  })
  const clock = guardClock({ now, trust: config.trustClock })
  let draining = false
  let services: readonly RunningService[] = []
  const health = createHealth({
    services: () => services, database: () => db.ready(), own: () => [disk.check(), clock.check()],
    isDraining: () => draining, monotonic: () => performance.now(),
  })
  const process: ProcessContext = {
    config, natsUrl, seedOf, masterKey, db, metrics, tracing, logger, sandboxOrigin, health, now, graceMs, disk, clock,
    objects: fileObjects(join(config.dataDir, 'objects')), instance: randomUUID(),
  }

  let app: NestFastifyApplication | undefined
  let closing: Promise<void> | undefined
  const closeAll = async (): Promise<void> => {
    draining = true
    try {
      // Nest closes HTTP first, then each service through its strategy, and once only: what Nest does not know of yet is closed here.
      if (app === undefined) await Promise.allSettled(services.map((one) => one.close()))
      else await app.close()
    } finally {
      disk.close()
      await db.close()
    }
  }
  const close = (): Promise<void> => (closing ??= closeAll())

  try {
    services = await openServices(definitions, process)
    await noteEpoch(services, process)
    app = await createApp(services, definitions, { health, metrics }, tracing.tracerFor('gateway'))
    await app.startAllMicroservices()
    await app.listen(config.port, config.host)
    return { url: await app.getUrl(), services, health, close }
  } catch (error) {
    await close().catch((problem: unknown) => logger.error({ why: messageOf(problem) }, 'closing after a failed start'))
    throw error
  }
}
