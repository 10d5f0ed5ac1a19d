import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { fetchProgram, type DebianProgram } from './debian-program.ts'
import { messageOf, ServerProblem } from './problem.ts'
import { findOnPath } from './server-process.ts'

const run = promisify(execFile)

/** Earlier servers leak memory when every append is synced to disk. */
export const OLDEST_NATS = '2.15.1'

/** Orders dotted versions by number: negative when a is older than b. A pre-release counts as its release. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.replace(/^v/, '').split(/[.+-]/).slice(0, 3).map(Number))
  return [0, 1, 2].map((part) => (left?.[part] ?? 0) - (right?.[part] ?? 0)).find((difference) => difference !== 0) ?? 0
}

/** The version that a nats-server says it has, for example `2.15.1`; undefined when it does not run here. */
export async function natsVersion(file: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(file, ['--version'], { timeout: 10_000 })
    return /v(\d+\.\d+\.\d+)/.exec(stdout)?.[1]
  } catch {
    return undefined
  }
}

const isNewEnough = (version: string | undefined): boolean => version !== undefined && compareVersions(version, OLDEST_NATS) >= 0

/**
 * The folder that all checkouts of one user share for programs that were fetched: `ZYRA_CACHE`, else `zyra` in the user's cache
 * folder (XDG Base Directory Specification).
 */
export function cacheFolder(env: Record<string, string | undefined> = process.env): string {
  if (env.ZYRA_CACHE) return resolve(env.ZYRA_CACHE)
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'zyra')
}

const waysToGetIt = (why: string): string =>
  `No nats-server ${OLDEST_NATS} or newer could be had: ${why}. Either set NATS_URL to a server that runs elsewhere, ` +
  'or put nats-server on your PATH (https://github.com/nats-io/nats-server/releases), or install your system\'s package if it is ' +
  'that new, or run the container image nats:2.15 with -js and set NATS_URL to it.'

const debianPackage: DebianProgram = {
  name: 'nats-server',
  file: 'usr/sbin/nats-server',
  check: async (file) => {
    const version = await natsVersion(file)
    if (!version) throw new Error('Debian\'s package does not run on this system')
    if (!isNewEnough(version)) throw new Error(`Debian's package is ${version}`)
    return version
  },
}

/**
 * Finds a nats-server that is new enough: on PATH, else the private copy fetched earlier, else Debian's package, fetched now
 * without root and without touching the system (about 3 s and 16 MB).
 * @param options.cacheDir where the private copy is kept; by default shared by all checkouts of this user
 * @param options.path the folders to look in first, separated like PATH
 * @param options.log told about slow steps, one sentence each
 * @throws ServerProblem that names the ways to get one
 */
export async function findNatsServer(
  options: { cacheDir?: string; path?: string; log?: (sentence: string) => void } = {},
): Promise<string> {
  const { cacheDir = cacheFolder(), log = () => {} } = options
  const installed = findOnPath('nats-server', options.path)
  const installedVersion = installed && (await natsVersion(installed))
  if (installed && isNewEnough(installedVersion)) return installed

  const cached = join(cacheDir, `nats-server-${process.arch}`)
  if (existsSync(cached) && isNewEnough(await natsVersion(cached))) return cached

  const tooOld = installedVersion ? ` (${installed} is only ${installedVersion})` : ''
  log(`Fetching nats-server from Debian${tooOld}`)
  try {
    const version = await fetchProgram(debianPackage, cached)
    log(`Fetched nats-server ${version}`)
    return cached
  } catch (error) {
    if (error instanceof ServerProblem) throw error
    throw new ServerProblem(waysToGetIt(`${messageOf(error)}${tooOld}`))
  }
}
