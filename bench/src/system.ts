import { ADMIN, natsUsers } from '@zyra/all'
import { inboxPrefixOf, openJetStream, prepareJetStream, type JetStream } from '@zyra/jetstream'
import { requirePort, startNats, startPostgres, type LocalServer, type NatsServer } from '@zyra/servers'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** One process with services, as `npm start` would run it. */
export interface Services {
  readonly pid: number
  readonly port: number
  /** From the moment when it was started, in ms. */
  readonly firstAnswerAfterMs: number
  /** Resolves once `/readyz` answers 200: every consumer at work. */
  readonly untilReady: () => Promise<void>
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>
}

/** NATS and Postgres with Zyra's users and streams, in a folder of their own. */
export interface Installation {
  readonly dir: string
  readonly nats: NatsServer
  readonly postgres: LocalServer
  /** The log as one of its users sees it; closed with the installation. */
  readonly open: (user: string) => Promise<JetStream>
  /** `env` on top of what `npm start` would have: other services, for instance. */
  readonly startServices: (env?: NodeJS.ProcessEnv) => Promise<Services>
  /** As `npm start` does: the services start the servers themselves, in this folder, so ours must be stopped. */
  readonly startWhole: () => Promise<Services>
  readonly stopServers: () => Promise<void>
  readonly stop: () => Promise<void>
}

const MAIN = fileURLToPath(import.meta.resolve('@zyra/all')).replace(/index\.js$/, 'main.js')
/** What `npm start` hands to Node. */
const serviceFlags = JSON.parse(readFileSync(new URL('../../scripts/lib/node-flags.json', import.meta.url), 'utf8')) as readonly string[]
const READY_WITHIN_MS = 120_000
const LOOK_EVERY_MS = 4

/** Waits until something answers. @throws Error with what it was and the last problem */
export const until = async (what: string, look: () => Promise<boolean>, withinMs = READY_WITHIN_MS, everyMs = LOOK_EVERY_MS): Promise<void> => {
  const end = performance.now() + withinMs
  let problem = ''
  while (performance.now() < end) {
    try {
      if (await look()) return
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error)
    }
    await delay(everyMs)
  }
  throw new Error(`waited ${Math.round(withinMs / 1_000)} s in vain for ${what} ${problem}`)
}

const startServices = async (env: NodeJS.ProcessEnv): Promise<Services> => {
  const port = await requirePort('127.0.0.1', 0, 'ZYRA_PORT')
  const sandboxPort = await requirePort('127.0.0.1', 0, 'ZYRA_SANDBOX_PORT')
  const from = performance.now()
  const child = spawn(process.execPath, [...serviceFlags, MAIN], {
    env: { ...env, ZYRA_PORT: String(port), ZYRA_SANDBOX_PORT: String(sandboxPort) }, stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const exited = once(child, 'exit')
  const answers = (path: string) => async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`the services ended: ${said}`)
    return (await fetch(`http://127.0.0.1:${port}${path}`)).ok
  }
  await until('the services to answer', answers('/healthz'))
  const firstAnswerAfterMs = performance.now() - from
  return {
    pid: child.pid ?? 0, port, firstAnswerAfterMs,
    untilReady: () => until('the services to be ready', answers('/readyz'), READY_WITHIN_MS, 100),
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await exited
    },
  }
}

/** Starts the servers in a new folder under `parent`; services are the measure's to start. */
export const install = async (parent: string): Promise<Installation> => {
  const dir = mkdtempSync(join(parent, 'zyra-bench-'))
  const [nats, postgres] = await Promise.all([startNats({ dir, users: natsUsers() }), startPostgres({ dir })])
  const optionsOf = (user: string) => ({ url: nats.url, name: `bench-${user}`, inboxPrefix: inboxPrefixOf(user), seed: nats.seeds[user] ?? '' })
  await prepareJetStream(optionsOf(ADMIN))
  const closing: (() => Promise<unknown>)[] = []
  const stopServers = async (): Promise<void> => {
    await Promise.all([nats.stop(), postgres.stop()])
  }
  const env: NodeJS.ProcessEnv = {
    ...process.env, NODE_OPTIONS: '', NATS_URL: nats.url, DATABASE_URL: postgres.url, ZYRA_DATA: dir,
    ZYRA_SANDBOX: 'true', ZYRA_SANDBOX_ORDERS_PER_MINUTE: '0',
  }
  return {
    dir, nats, postgres,
    open: async (user) => {
      const js = await openJetStream(optionsOf(user))
      closing.push(js.close)
      return js
    },
    startServices: async (more = {}) => {
      const services = await startServices({ ...env, ...more })
      closing.push(() => services.stop('SIGKILL'))
      return services
    },
    startWhole: async () => {
      const { NATS_URL: _nats, DATABASE_URL: _postgres, ...whole } = env
      const services = await startServices(whole)
      closing.push(() => services.stop('SIGTERM'))
      return services
    },
    stopServers,
    stop: async () => {
      await Promise.allSettled(closing.map((close) => close()))
      await stopServers()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
