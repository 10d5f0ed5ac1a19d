import { messageOf, run, type Config, type Logger, type Running, type Tracing } from '@zyra/runtime'
import { requirePort } from '@zyra/servers'
import { registerDemoMerchant } from './bootstrap.ts'
import { alreadyRunning, removeRunFile, writeRunFile } from './run-file.ts'
import { startSandbox, type SandboxProcess } from './sandbox.ts'
import { startSealing, type Sealing } from './sealing.ts'
import { adminOptions, startServers, type Servers } from './servers.ts'
import { allServices } from './services.ts'
import type { Step } from './steps.ts'
import { sealYearly, type YearEnd } from './year-end.ts'

/** Everything at work. */
export interface Installation {
  readonly running: Running
  readonly sandboxUrl: string | undefined
  /** Settles with one sentence when something that Zyra stands on ends without being asked to. */
  readonly failed: Promise<string>
  readonly stop: () => Promise<void>
}

/** Where it is told what happens. */
export interface Told {
  readonly logger: Logger
  readonly tracing: Tracing
}

const stopAll = async (parts: readonly ({ readonly stop: () => Promise<void> } | undefined)[]): Promise<void> => {
  // Services before the servers that they stand on.
  for (const part of parts) await part?.stop().catch(() => undefined)
}

/**
 * Starts the servers, the sandbox and the services, in this order, and stops what it started when one of them fails.
 * @throws an error whose message says what to do
 */
export const start = async (config: Config, { logger, tracing }: Told, step: Step): Promise<Installation> => {
  const inTheWay = alreadyRunning(config)
  if (inTheWay !== undefined) throw new Error(inTheWay)
  const port = await requirePort(config.host, config.port, 'ZYRA_PORT')
  const sandboxPort = config.sandbox ? await requirePort('127.0.0.1', config.sandboxPort, 'ZYRA_SANDBOX_PORT') : config.sandboxPort
  const settled: Config = { ...config, port, sandboxPort }
  const parts: { servers?: Servers; yearEnd?: YearEnd; sealing?: Sealing; sandbox?: SandboxProcess; running?: Running } = {}
  const stop = async (): Promise<void> => {
    const { running, sandbox, yearEnd, sealing, servers } = parts
    // Without servers of its own a start has failed, and the folder may be somebody else's who runs.
    if (servers !== undefined) removeRunFile(config.dataDir)
    await stopAll([running === undefined ? undefined : { stop: running.close }, sandbox, yearEnd, sealing, servers])
  }
  try {
    const servers = await step('Starting NATS and Postgres', () => startServers(settled, logger))
    parts.servers = servers
    const { natsUrl, databaseUrl, seedOf } = servers
    parts.yearEnd = await sealYearly(adminOptions(servers), logger)
    const sandboxOrigin = `http://127.0.0.1:${sandboxPort}`
    const definitions = config.services.map((name) => allServices[name])
    const options = { config: settled, natsUrl, databaseUrl, seedOf, sandboxOrigin, logger, tracing }
    const running = await step('Starting the services', () => run(definitions, options))
    parts.running = running
    parts.sealing = await startSealing(running, servers)
    // The merchant is known before its customers come.
    if (config.sandbox) await registerDemoMerchant(running)
    const sandbox = config.sandbox ? await step('Starting the sandbox', () => startSandbox(settled, running.url)) : undefined
    if (sandbox !== undefined) parts.sandbox = sandbox
    writeRunFile(config.dataDir, {
      pid: process.pid, gatewayUrl: running.url, sandboxUrl: sandbox?.origin ?? null,
      natsPort: servers.natsPort ?? null, postgresPort: servers.postgresPort ?? null, startedAt: new Date().toISOString(),
    })
    return { running, sandboxUrl: sandbox?.origin, stop, failed: Promise.race([servers.failed, ...(sandbox === undefined ? [] : [sandbox.failed])]) }
  } catch (error) {
    logger.error({ why: messageOf(error) }, 'start failed')
    await stop()
    throw error
  }
}
