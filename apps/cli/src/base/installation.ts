import { loadConfig, type Config } from '@zyra/runtime'
import { readPostgresUrl } from '@zyra/servers'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { EXIT, Failure, unreachable } from './failure.ts'

const runFile = z.object({
  pid: z.int().positive(),
  gatewayUrl: z.url(),
  sandboxUrl: z.url().nullable(),
  natsPort: z.int().positive().nullable(),
  postgresPort: z.int().positive().nullable(),
  startedAt: z.iso.datetime(),
})

/** What runs in a data folder, and where. */
export interface Installation {
  readonly config: Config
  readonly pid: number
  readonly gatewayUrl: string
  readonly sandboxUrl: string | undefined
  readonly startedAt: string
  /** May hold a password. */
  readonly natsUrl: string
  /** Holds a password: for connecting only. */
  readonly databaseUrl: string
}

/** Whether a process of this id exists. */
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

const START = 'start it with "npm start", or set ZYRA_DATA to the folder of one that runs.'

const readRun = (dataDir: string): z.infer<typeof runFile> => {
  const file = join(dataDir, 'run.json')
  if (!existsSync(file)) throw unreachable(`Nothing is running in ${dataDir}: ${START}`)
  try {
    return runFile.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    throw new Failure(`${file} cannot be read as what "npm start" writes: start again, which writes it anew.`, EXIT.unreachable)
  }
}

/** Whether something runs on a data folder, as far as it says so itself. */
export const isRunning = (dataDir: string): boolean => {
  try {
    return isAlive(readRun(dataDir).pid)
  } catch {
    return false
  }
}

/**
 * The installation that the environment and `.env` mean.
 * @throws Failure (exit code 3) when nothing runs there; ConfigError for a wrong setting
 */
export const findInstallation = (): Installation => {
  const config = loadConfig()
  const { pid, gatewayUrl, sandboxUrl, natsPort, postgresPort, startedAt } = readRun(config.dataDir)
  if (!isAlive(pid)) throw unreachable(`What ran in ${config.dataDir} (process ${pid}) ended without stopping in order: ${START}`)
  return {
    config,
    pid,
    gatewayUrl,
    startedAt,
    sandboxUrl: sandboxUrl ?? undefined,
    natsUrl: config.natsUrl ?? `nats://127.0.0.1:${natsPort ?? ''}`,
    databaseUrl: config.databaseUrl ?? readPostgresUrl(config.dataDir, postgresPort ?? 0),
  }
}
