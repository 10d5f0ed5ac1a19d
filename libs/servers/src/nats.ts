import { writeFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { requireFreeSpace } from './disk.ts'
import { findNatsServer } from './find-nats-server.ts'
import { keepServer, recordFileIn, type LocalServer } from './local-server.ts'
import { makeSeed, publicKeyOf } from './nkeys.ts'
import { portTaken, startOnPort } from './ports.ts'
import { messageOf, ServerProblem } from './problem.ts'
import { readOrMakeSecret, readSecret } from './secret-files.ts'
import { notReady, serverEnvironment, startProcess, type ServerProcess } from './server-process.ts'

const MIB = 1024 * 1024
const READY_WITHIN_MS = 300_000

/** Subjects that a user may or may not use; an empty or missing `allow` allows everything that is not denied. */
export interface SubjectRules {
  allow?: readonly string[]
  deny?: readonly string[]
}

/** Somebody who connects to NATS with credentials of their own. */
export interface NatsUser {
  name: string
  permissions: { publish?: SubjectRules; subscribe?: SubjectRules }
}

export interface NatsServer extends LocalServer {
  /** Each user's seed by name. These are secrets. */
  readonly seeds: Readonly<Record<string, string>>
}

export interface NatsOptions {
  /** The data folder (`ZYRA_DATA`); the server uses `nats/` in it and seeds are kept in `secrets/`. */
  dir: string
  users: readonly NatsUser[]
  /** 0 or nothing: a free one. */
  port?: number
  host?: string
  /** The node's name among others, where it listens for them, and where all of them do. */
  cluster?: { node: string; host: string; port: number; routes: readonly string[] }
  /** The nats-server program; by default `findNatsServer()` finds it. */
  program?: string
  /** The setting that a sentence about a taken port names. */
  portVariable?: string
  /** Go's soft limit of memory, in MiB; by default a sixteenth of the machine's, between 100 and 1024. */
  memoryMib?: number
  onLine?: (line: string) => void
}

const seedFile = (dir: string, user: string): string => join(dir, 'secrets', `nats-${user}.seed`)

/**
 * The seed of a NATS user of a data folder, for a second process that connects to the running server.
 * @throws ServerProblem when the folder has no such user yet
 */
export function readNatsSeed(dir: string, user: string): string {
  const seed = readSecret(seedFile(resolve(dir), user))
  if (!seed) {
    const folder = resolve(dir, 'secrets')
    throw new ServerProblem(`There is no key of the NATS user "${user}" in ${folder}: run "npm start" once, or set ZYRA_DATA.`)
  }
  return seed
}

interface Settings extends NatsOptions {
  host: string
  port: number
  portVariable: string
  folder: string
  program: string
  onLine: (line: string) => void
}

function publicKey(dir: string, name: string, seed: string): string {
  try {
    return publicKeyOf(seed)
  } catch (error) {
    throw new ServerProblem(`${seedFile(dir, name)}: ${messageOf(error)} Remove the file to have a new one made.`)
  }
}

function clustering({ cluster }: Settings): object {
  if (cluster === undefined) return {}
  const { node, host, port, routes } = cluster
  return { server_name: node, cluster: { name: 'zyra', host, port, routes } }
}

function configuration(options: Settings, seeds: Record<string, string>): string {
  // The server reads JSON as its own format. Users are known by their public keys, so this file holds no secret.
  return JSON.stringify(
    {
      host: options.host,
      port: options.port,
      max_payload: 8 * MIB,
      ...clustering(options),
      jetstream: { store_dir: options.folder, sync_interval: 'always' },
      authorization: {
        users: options.users.map(({ name, permissions }) => ({ nkey: publicKey(options.dir, name, seeds[name] ?? ''), permissions })),
      },
    },
    null,
    2,
  )
}

async function launchNats(options: Settings): Promise<ServerProcess> {
  const memoryMib = options.memoryMib ?? Math.round(Math.min(1024, Math.max(100, totalmem() / MIB / 16)))
  const server = startProcess({
    name: 'NATS',
    command: options.program,
    args: ['-c', join(options.folder, 'nats.conf')],
    env: serverEnvironment({ GOMEMLIMIT: `${memoryMib}MiB` }),
    folder: options.folder,
    recordFile: recordFileIn(options.folder),
    stopSignal: 'SIGTERM',
    // With a full disk it would go on without storing anything: alive, and useless.
    fatalLine: /critical write error|JetStream out of .*resources|disabling JetStream/i,
    onLine: options.onLine,
  })
  if (await server.untilLine(/Server is ready/, READY_WITHIN_MS)) return server
  const taken = server.lastLines().some((line) => /address already in use/i.test(line))
  await server.stop()
  if (taken) throw portTaken(options.port, options.portVariable)
  const { problem } = await server.exited
  throw new ServerProblem(problem ?? notReady('NATS', READY_WITHIN_MS, server.lastLines()))
}

/**
 * Starts a NATS server with JetStream as a child process, each append synced to disk before it is acknowledged, and waits until
 * it is ready. Every user connects with an nkey; seeds are made on the first start. It dies with this process.
 * @throws ServerProblem in one clear sentence when it cannot run: port taken, disk full, program missing, folder in use
 */
export async function startNats(options: NatsOptions): Promise<NatsServer> {
  const { host = '127.0.0.1', port: wanted = 0, portVariable = 'ZYRA_NATS_PORT', onLine = () => {} } = options
  const dir = resolve(options.dir)
  const folder = join(dir, 'nats')
  requireFreeSpace(folder)
  const program = options.program ?? (await findNatsServer({ log: onLine }))
  const seeds = Object.fromEntries(options.users.map(({ name }) => [name, readOrMakeSecret(seedFile(dir, name), makeSeed)]))
  let port = 0
  const start = async () => {
    const result = await startOnPort({ host, port: port || wanted, variable: portVariable }, (free) => {
      const settings = { ...options, dir, host, port: free, folder, program, portVariable, onLine }
      writeFileSync(join(folder, 'nats.conf'), configuration(settings, seeds), { mode: 0o600 })
      return launchNats(settings)
    })
    port = result.port
    return result.started
  }
  const server = await keepServer({ folder, stopSignal: 'SIGTERM', onLine, start })
  return {
    url: `nats://${host}:${port}`,
    port,
    seeds,
    get pid() {
      return server.pid
    },
    get exited() {
      return server.exited
    },
    stop: server.stop,
    kill: server.kill,
    restart: server.restart,
  }
}
