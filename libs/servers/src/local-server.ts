import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { holdFolder } from './folder-lock.ts'
import { stopLeftover } from './record.ts'
import type { ServerExit, ServerProcess } from './server-process.ts'

const RECORD = 'server.json'

/** A server that runs as a child process of this one. */
export interface LocalServer {
  /** How to connect; holds the password where there is one, so it must not be logged. */
  readonly url: string
  readonly port: number
  /** Its process id, of the newest start; 0 for a server that is not ours. */
  readonly pid: number
  /** Settles when the process of the newest start has ended; its `problem` is undefined after `stop()`. Never rejects. */
  readonly exited: Promise<ServerExit>
  /** Stops it in an orderly way and waits until it is gone. */
  readonly stop: () => Promise<void>
  /** Ends it by SIGKILL, as a crash would, and waits until it is gone. */
  readonly kill: () => Promise<void>
  /** Stops it if it still runs and starts it again on the same port and data. */
  readonly restart: () => Promise<void>
}

export const recordFileIn = (folder: string): string => join(folder, RECORD)

/**
 * Keeps one server in one folder: holds the folder for this process, stops what a killed parent left behind, starts the server
 * and knows its newest process.
 * @param options.folder the server's own folder; made if it is missing. Its path must stand in the server's command line
 * @param options.start starts it and waits until it is ready
 */
export async function keepServer(options: {
  folder: string
  stopSignal: NodeJS.Signals
  onLine: (line: string) => void
  start: () => Promise<ServerProcess>
}): Promise<Omit<LocalServer, 'url' | 'port'>> {
  const { folder, stopSignal, onLine, start } = options
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  let release: (() => void) | undefined = await holdFolder(folder, RECORD)
  const letGo = () => {
    release?.()
    release = undefined
  }
  let current: ServerProcess
  try {
    const leftover = await stopLeftover(recordFileIn(folder), folder, stopSignal)
    if (leftover !== undefined) onLine(`Stopped process ${leftover}, which an earlier start had left running on ${folder}`)
    current = await start()
  } catch (error) {
    letGo()
    throw error
  }
  return {
    get pid() {
      return current.pid
    },
    get exited() {
      return current.exited
    },
    stop: async () => {
      await current.stop()
      letGo()
    },
    kill: () => current.kill(),
    restart: async () => {
      await current.stop()
      release ??= await holdFolder(folder, RECORD)
      current = await start()
    },
  }
}
