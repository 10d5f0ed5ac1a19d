import type { Config } from '@zyra/runtime'
import { whoListens } from '@zyra/servers'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What is running in a data folder, for the command line. Holds no secret. */
export interface RunFile {
  readonly pid: number
  readonly gatewayUrl: string
  readonly sandboxUrl: string | null
  /** Undefined where the configuration names a server of its own. */
  readonly natsPort: number | null
  readonly postgresPort: number | null
  readonly startedAt: string
}

const fileIn = (dataDir: string): string => join(dataDir, 'run.json')

/** Tells the command line where everything is. */
export const writeRunFile = (dataDir: string, run: RunFile): void => {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  writeFileSync(fileIn(dataDir), `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 })
}

/** Nothing runs any more. */
export const removeRunFile = (dataDir: string): void => rmSync(fileIn(dataDir), { force: true })

const readRunFile = (dataDir: string): Pick<RunFile, 'pid' | 'gatewayUrl'> | undefined => {
  try {
    const { pid, gatewayUrl } = JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as Readonly<Record<string, unknown>>
    return typeof pid === 'number' && typeof gatewayUrl === 'string' && URL.canParse(gatewayUrl) ? { pid, gatewayUrl } : undefined
  } catch {
    return undefined
  }
}

/**
 * A sentence where the folder is at work already; undefined where a start may go on. Processes that share servers of their own may share the
 * folder, on ports of their own.
 */
export const alreadyRunning = ({ dataDir, port, natsUrl }: Pick<Config, 'dataDir' | 'port' | 'natsUrl'>): string | undefined => {
  const run = readRunFile(dataDir)
  const at = Number(new URL(run?.gatewayUrl ?? 'http://nowhere').port)
  // What was killed leaves its file behind, and its process id may be another program's by now: only what listens there is at work.
  if (run === undefined || (natsUrl !== undefined && at !== port) || whoListens(at)?.pid !== run.pid) return undefined
  return (
    `Zyra is already running in ${dataDir} (process ${run.pid}, ${run.gatewayUrl}): stop it with Ctrl-C there or with "kill ${run.pid}", ` +
    'or give a second one a ZYRA_DATA, ZYRA_PORT and ZYRA_SANDBOX_PORT of its own.'
  )
}
