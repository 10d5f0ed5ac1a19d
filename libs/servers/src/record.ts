import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { commandLine, endProcess, identify, isRunning, type ProcessIdentity } from './processes.ts'

/** What a running server leaves on disk, so that the next start can find it after a kill -9 of its parent. */
interface ServerRecord {
  server: ProcessIdentity
  parent: ProcessIdentity
}

function parseIdentity(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (!('pid' in value) || !('startTime' in value) || !('boot' in value)) return undefined
  const { pid, startTime, boot } = value
  if (typeof pid !== 'number' || typeof startTime !== 'string' || typeof boot !== 'string') return undefined
  return { pid, startTime, boot }
}

/** Reads a record; undefined when there is none, or when it was cut short by a crash. */
export function readRecord(file: string): ServerRecord | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof value !== 'object' || value === null || !('server' in value) || !('parent' in value)) return undefined
    const [server, parent] = [parseIdentity(value.server), parseIdentity(value.parent)]
    return server && parent ? { server, parent } : undefined
  } catch {
    return undefined
  }
}

/** Records a server that this process has just started. */
export function writeRecord(file: string, pid: number): void {
  const [server, parent] = [identify(pid), identify(process.pid)]
  if (!server || !parent) return
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify({ server, parent })}\n`, { mode: 0o600 })
}

export const removeRecord = (file: string): void => rmSync(file, { force: true })

/**
 * Stops the server that an earlier, killed parent left running. It is ours only if the pid, its start time and boot are the
 * recorded ones and its command line names our folder; anything else is somebody else's process and stays untouched.
 * @param mark a string that our server's command line contains, normally the folder of its data
 * @returns the pid that was stopped, or undefined when nothing was left
 * @throws ServerProblem when the leftover belongs to another user
 */
export async function stopLeftover(file: string, mark: string, signal: NodeJS.Signals): Promise<number | undefined> {
  const server = readRecord(file)?.server
  const ours = server !== undefined && isRunning(server) && commandLine(server.pid).includes(mark)
  if (ours) await endProcess(server, signal)
  removeRecord(file)
  return ours ? server.pid : undefined
}
