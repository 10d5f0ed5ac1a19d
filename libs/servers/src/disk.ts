import { existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { ServerProblem } from './problem.ts'

const MIB = 1024 * 1024

/** Space below which no server is started: two Postgres write-ahead segments, one JetStream block and room to stop cleanly. */
const NEEDED_MIB = 200

/** What this user may still write where a folder lies, or will lie, in bytes. */
export function freeBytes(folder: string): number {
  let existing = folder
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing)
  const { bavail, bsize } = statfsSync(existing)
  return bavail * bsize
}

/**
 * Refuses to start on a disk that is about to fill up; a database that starts and stops at once is harder to understand.
 * @param folder where the server will write; it need not exist yet
 * @param neededMib free space that is asked for, in MiB
 * @throws ServerProblem with the figures
 */
export function requireFreeSpace(folder: string, neededMib = NEEDED_MIB): void {
  const freeMib = Math.floor(freeBytes(folder) / MIB)
  if (freeMib < neededMib) {
    throw new ServerProblem(
      `The disk of ${folder} has ${freeMib} MiB free and Zyra needs ${neededMib} MiB to start: ` +
        'free some space, or set ZYRA_DATA to a folder on another disk.',
    )
  }
}

/** Whether a line of a server's log, or an error's message, says that the disk is full. */
export const saysDiskFull = (line: string): boolean => /ENOSPC|no space left on device|insufficient storage|disk quota exceeded/i.test(line)

/** The sentence for a disk that filled up while a server was running. */
export const diskFull = (folder: string): string =>
  `The disk of ${folder} is full: free some space, or move the folder to another disk and set ZYRA_DATA, then start again.`
