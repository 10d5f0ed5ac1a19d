import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { requireFreeSpace } from './disk.ts'
import { keepServer, recordFileIn, type LocalServer } from './local-server.ts'
import { portTaken, startOnPort } from './ports.ts'
import { DATABASE, findPostgres, makeCluster, removeStaleLock, type PostgresPrograms } from './postgres-files.ts'
import { ServerProblem } from './problem.ts'
import { readOrMakeSecret, readSecret } from './secret-files.ts'
import { notReady, serverEnvironment, startProcess, type ServerProcess } from './server-process.ts'
import { findUnprivileged, type Unprivileged } from './unprivileged.ts'

const READY_WITHIN_MS = 300_000
const OLD_PROCESSES_GONE_WITHIN_MS = 15_000

const SETTINGS = {
  // Only TCP on loopback: a socket in the file system would need a short path that is writable and not shared.
  unix_socket_directories: '',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  // Statements and rows may hold personal data; neither belongs in a log.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_line_prefix: '',
}

export interface PostgresOptions {
  /** The data folder (`ZYRA_DATA`); the server uses `postgres/` in it and the password is kept in `secrets/`. */
  dir: string
  /** 0 or nothing: a free one. */
  port?: number
  host?: string
  /** The setting that a sentence about a taken port names. */
  portVariable?: string
  onLine?: (line: string) => void
}

const passwordFile = (dir: string): string => join(dir, 'secrets', 'postgres.password')
const urlOf = (host: string, port: number, password: string) => `postgres://${DATABASE}:${password}@${host}:${port}/${DATABASE}`

/**
 * The URL of a data folder's running Postgres, for a second process that connects to it. It holds the password: never log it.
 * @throws ServerProblem when the folder has no database yet
 */
export function readPostgresUrl(dir: string, port: number, host = '127.0.0.1'): string {
  const password = readSecret(passwordFile(resolve(dir)))
  if (!password) throw new ServerProblem(`There is no database in ${resolve(dir)}: run "npm start" once, or set ZYRA_DATA.`)
  return urlOf(host, port, password)
}

function requireOwnFolder(folder: string): void {
  const { uid } = statSync(folder)
  const me = process.getuid?.()
  if (me === undefined || me === 0 || me === uid) return
  throw new ServerProblem(
    `${folder} belongs to user ${uid} (was Zyra started as root before?): run "sudo chown -R $(id -u):$(id -g) ${folder}" and start again.`,
  )
}

interface Launch {
  programs: PostgresPrograms
  folder: string
  data: string
  host: string
  port: number
  portVariable: string
  as: Unprivileged | undefined
  onLine: (line: string) => void
}

async function launchPostgres(launch: Launch, deadline = performance.now() + OLD_PROCESSES_GONE_WITHIN_MS): Promise<ServerProcess> {
  const { programs, folder, data, host, port, as, onLine } = launch
  const settings = Object.entries({ ...SETTINGS, listen_addresses: host, port: String(port) })
  const server = startProcess({
    name: 'Postgres',
    command: programs.postgres,
    args: ['-D', data, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    env: serverEnvironment(),
    folder,
    recordFile: recordFileIn(folder),
    // Its "fast" shutdown; SIGTERM would wait until every client has gone.
    stopSignal: 'SIGINT',
    // It would go on and refuse every write; the log on the same disk has no room either.
    fatalLine: /No space left on device/i,
    ...(as ? { privileges: as.privileges } : {}),
    onLine,
  })
  if (await server.untilLine(/database system is ready to accept connections/, READY_WITHIN_MS)) return server
  await server.stop()
  const { problem } = await server.exited
  const said = server.lastLines().join('\n')
  if (/could not bind .*Address already in use/i.test(said)) throw portTaken(port, launch.portVariable)
  // After a kill -9 of the server its own children need a moment to notice and let go of the shared memory.
  const oldOnesRemain = /pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(said)
  if (oldOnesRemain && performance.now() < deadline) {
    removeStaleLock(data)
    return launchPostgres(launch, deadline)
  }
  throw new ServerProblem(problem ?? notReady('Postgres', READY_WITHIN_MS, server.lastLines()))
}

/**
 * Starts a Postgres server as a child process and waits until it accepts connections; makes its database on the first start. As
 * root it runs the server as an unprivileged user. It dies with this process.
 * @throws ServerProblem in one clear sentence when it cannot run: port taken, disk full, folder out of reach or in use
 */
export async function startPostgres(options: PostgresOptions): Promise<LocalServer> {
  const { host = '127.0.0.1', port: wanted = 0, portVariable = 'ZYRA_POSTGRES_PORT', onLine = () => {} } = options
  const dir = resolve(options.dir)
  const [folder, data] = [join(dir, 'postgres'), join(dir, 'postgres', 'data')]
  requireFreeSpace(folder)
  const programs = findPostgres()
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  requireOwnFolder(folder)
  const password = readOrMakeSecret(passwordFile(dir), () => randomBytes(24).toString('hex'))
  const as = await findUnprivileged({ program: programs.initdb, folder, prepare: (uid, gid) => chownSync(folder, uid, gid) })
  let port = 0
  const start = async () => {
    if (!existsSync(data)) await makeCluster({ programs, folder, data, password, as })
    const launch = { programs, folder, data, host, portVariable, as, onLine }
    const result = await startOnPort({ host, port: port || wanted, variable: portVariable }, (free) =>
      launchPostgres({ ...launch, port: free }),
    )
    port = result.port
    return result.started
  }
  const server = await keepServer({ folder, stopSignal: 'SIGINT', onLine, start })
  return {
    url: urlOf(host, port, password),
    port,
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
