import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fetchProgram } from './debian-program.ts'
import { cacheFolder } from './find-nats-server.ts'
import { messageOf, ServerProblem } from './problem.ts'
import { findOnPath } from './server-process.ts'

const run = promisify(execFile)

const promtoolVersion = async (file: string): Promise<string> => {
  const { stdout, stderr } = await run(file, ['--version'], { timeout: 30_000 })
  return /version (\d+\.\d+\.\d+)/.exec(stdout + stderr)?.[1] ?? 'unknown'
}

/**
 * Finds Prometheus' promtool, which checks alert rules: on PATH, else the private copy fetched earlier, else Debian's package, fetched now without
 * root and without touching the system.
 * @throws ServerProblem that names the ways to get one
 */
export async function findPromtool({ log = () => {} }: { log?: (sentence: string) => void } = {}): Promise<string> {
  const installed = findOnPath('promtool')
  if (installed) return installed
  const cached = join(cacheFolder(), `promtool-${process.arch}`)
  if (existsSync(cached)) return cached
  log('Fetching promtool from Debian')
  try {
    const version = await fetchProgram({ name: 'promtool', file: 'usr/bin/promtool', check: promtoolVersion }, cached)
    log(`Fetched promtool ${version}`)
    return cached
  } catch (error) {
    if (error instanceof ServerProblem) throw error
    const why = messageOf(error)
    throw new ServerProblem(`No promtool could be had: ${why}. Put it on your PATH: it comes with Prometheus (https://prometheus.io/download).`)
  }
}
