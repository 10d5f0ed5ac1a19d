import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { errorCode, ServerProblem } from './problem.ts'

const bootId = () => readProc('/proc/sys/kernel/random/boot_id').trim()

/** A process that cannot be mistaken for another one which got the same pid later. */
export interface ProcessIdentity {
  pid: number
  /** Clock ticks between the machine's boot and the start of the process (field 22 of proc(5) stat). */
  startTime: string
  /** The boot that `startTime` counts from. */
  boot: string
}

function readProc(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

/** The identity of a running process, or undefined when there is none (a zombie counts as none). */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readProc(`/proc/${pid}/stat`)
  // The command's name stands in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, startTime] = [fields[0], fields[19]]
  if (!startTime || state === 'Z' || state === 'X') return undefined
  return { pid, startTime, boot: bootId() }
}

/** Whether exactly this process still runs. */
export function isRunning(process: ProcessIdentity): boolean {
  const now = identify(process.pid)
  return now !== undefined && now.startTime === process.startTime && now.boot === process.boot
}

/** The command line of a process, arguments joined by spaces; empty when it is gone. */
export const commandLine = (pid: number): string => readProc(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()

/**
 * Waits until a process that need not be our child has gone.
 * @param withinMs how long to wait, in milliseconds
 * @returns whether it has gone
 */
export async function waitUntilGone(process: ProcessIdentity, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs
  while (isRunning(process)) {
    if (performance.now() > deadline) return false
    await pause(10)
  }
  return true
}

/**
 * Ends a process that need not be our child: politely first, by SIGKILL when it is still there after ten seconds.
 * @throws ServerProblem when it belongs to another user
 */
export async function endProcess(target: ProcessIdentity, signal: NodeJS.Signals): Promise<void> {
  for (const next of [signal, 'SIGKILL'] as const) {
    try {
      process.kill(target.pid, next)
    } catch (error) {
      if (errorCode(error) === 'ESRCH') return
      throw new ServerProblem(
        `Process ${target.pid} is left over from an earlier start and belongs to another user: ` +
          `stop it with "sudo kill ${target.pid}" and start again.`,
      )
    }
    if (await waitUntilGone(target, 10_000)) return
  }
}
