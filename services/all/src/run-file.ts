import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
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
