import { spawn, type ChildProcess } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { diskFull, saysDiskFull } from './disk.ts'
import { errorCode } from './problem.ts'
import { removeRecord, writeRecord } from './record.ts'

const KEPT_LINES = 20
const STOP_WITHIN_MS = 20_000

/** How a server's process ended. */
export interface ServerExit {
  code: number | null
  signal: NodeJS.Signals | null
  /** One clear sentence with what to do, when nobody had asked the server to stop; undefined after `stop()`. */
  problem: string | undefined
  /** True where it ended for want of space: with space it can be started again. */
  diskFull: boolean
}

export interface ServerProcessOptions {
  /** Its name in sentences, for example `NATS`. */
  name: string
  command: string
  args: string[]
  env: Record<string, string>
  /** Where its data is, for sentences about the disk. */
  folder: string
  /** The signal that stops it in an orderly way; it also gets this one when this process dies. */
  stopSignal: NodeJS.Signals
  /** Arguments of setpriv(1) that change who it runs as. */
  privileges?: readonly string[]
  /** Where the pid is noted for a next start. */
  recordFile: string
  /** A line after which the server lives on but is of no use; it is ended then. */
  fatalLine?: RegExp
  onLine: (line: string) => void
}

export interface ServerProcess {
  pid: number
  exited: Promise<ServerExit>
  /** The last lines that it wrote, oldest first. */
  lastLines: () => readonly string[]
  /** Waits for a line that matches; false when the process ends, or the time passes, without one. */
  untilLine: (pattern: RegExp, withinMs: number) => Promise<boolean>
  stop: () => Promise<void>
  kill: () => Promise<void>
}

/** The full path of a program on PATH, or undefined. */
export function findOnPath(program: string, path = process.env.PATH ?? ''): string | undefined {
  // Administrators' folders are often missing from an ordinary user's PATH.
  const folders = [...path.split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'].filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, program)).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * What a server may see of our environment: enough to run and to be recognised, no secret of Zyra's, and no `PG*` or `GO*`
 * variable of the machine that would change how it behaves.
 */
export function serverEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LD_LIBRARY_PATH']
  const entries = kept.flatMap((key) => (process.env[key] === undefined ? [] : [[key, process.env[key]] as const]))
  return { ...Object.fromEntries(entries), LC_ALL: 'C', TZ: 'UTC', ...extra }
}

function launch({ command, args, env, stopSignal, privileges = [] }: ServerProcessOptions): ChildProcess {
  // In a process group of its own, so that Ctrl-C reaches only us and we decide in which order things stop. The kernel's
  // parent-death signal (prctl(2) PR_SET_PDEATHSIG) ends it with us, even by kill -9.
  const setpriv = findOnPath('setpriv')
  const wrapped = setpriv
    ? [setpriv, '--pdeathsig', stopSignal.slice('SIG'.length), ...privileges, '--', command, ...args]
    : [command, ...args]
  const [program = command, ...rest] = wrapped
  return spawn(program, rest, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env })
}

function unexpectedEnd(options: ServerProcessOptions, exit: { code: number | null; signal: string | null }, lines: readonly string[]) {
  if (lines.some(saysDiskFull)) return diskFull(options.folder)
  const how = exit.signal ? `was killed by ${exit.signal}` : `stopped by itself with exit code ${exit.code}`
  const last = lines.findLast((line) => /fatal|panic|error|\[FTL\]|\[ERR\]/i.test(line)) ?? lines.at(-1)
  return `${options.name} ${how}${last ? `; it said: ${last.trim()}` : ''}. No data is lost: start again to go on from ${options.folder}.`
}

/** The sentence for a server that runs and yet does not get ready. */
export const notReady = (name: string, withinMs: number, lines: readonly string[]): string =>
  `${name} was not ready after ${withinMs / 1000} s; the last thing it said: ${lines.at(-1)?.trim() ?? 'nothing'}. Start again.`

/** Starts a server and looks after it; readiness is its caller's business. */
export function startProcess(options: ServerProcessOptions): ServerProcess {
  const child = launch(options)
  if (child.pid !== undefined) writeRecord(options.recordFile, child.pid)
  const lines: string[] = []
  const listeners = new Set<(line: string) => void>()
  let expected = false
  const readers = [child.stdout, child.stderr].flatMap((stream) => {
    if (!stream) return []
    const reader = createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      if (lines.length > KEPT_LINES) lines.shift()
      for (const listener of listeners) listener(line)
      if (options.fatalLine?.test(line)) child.kill(options.stopSignal)
      options.onLine(line)
    })
    return [new Promise<void>((resolve) => reader.once('close', resolve))]
  })

  const exited = new Promise<ServerExit>((resolve) => {
    child.once('error', (error) => {
      const why = errorCode(error) ?? error.message
      const problem = `${options.name} could not be started from ${options.command} (${why}): check that the file is there and executable.`
      resolve({ code: null, signal: null, problem, diskFull: false })
    })
    child.once('exit', (code, signal) => {
      // Its last words may still be in the pipe.
      void Promise.all(readers).then(() => {
        removeRecord(options.recordFile)
        const problem = expected ? undefined : unexpectedEnd(options, { code, signal }, lines)
        resolve({ code, signal, problem, diskFull: !expected && lines.some(saysDiskFull) })
      })
    })
  })

  return {
    pid: child.pid ?? 0,
    exited,
    lastLines: () => lines,
    untilLine: async (pattern, withinMs) => {
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const listener = (line: string) => pattern.test(line) && resolve(true)
      const timer = setTimeout(resolve, withinMs, false)
      listeners.add(listener)
      const found = await Promise.race([promise, exited.then(() => false)])
      listeners.delete(listener)
      clearTimeout(timer)
      return found
    },
    stop: async () => {
      expected = true
      child.kill(options.stopSignal)
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
      await exited
      clearTimeout(force)
    },
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}
