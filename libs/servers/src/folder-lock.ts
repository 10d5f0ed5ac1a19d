import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import { ServerProblem } from './problem.ts'
import { isRunning } from './processes.ts'
import { readRecord } from './record.ts'

/**
 * Holds a server's folder for this process, so that two servers never write the same files. The lock is flock(2) on the folder
 * itself: the kernel lets go of it when this process ends, however it ends. Where the tool `flock` is missing nothing is held.
 * @returns a function that lets go
 * @throws ServerProblem when another process holds the folder
 */
export async function holdFolder(folder: string, recordName: string): Promise<() => void> {
  const fd = openSync(folder, 'r')
  // The tool locks the open file that it shares with us, so the lock outlives the tool and lasts until we close the descriptor.
  const flock = spawn('flock', ['--exclusive', '--nonblock', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] })
  const held = await once(flock, 'exit').then(([code]: unknown[]) => code === 0, () => true)
  if (held) return () => closeSync(fd)
  closeSync(fd)
  const parent = readRecord(join(folder, recordName))?.parent
  const who = parent && isRunning(parent) ? ` (process ${parent.pid})` : ''
  throw new ServerProblem(
    `Zyra is already running on ${folder}${who}: stop it first, or set ZYRA_DATA to another folder to run a second one beside it.`,
  )
}
