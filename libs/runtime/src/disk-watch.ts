import { statfs } from 'node:fs/promises'
import type { HealthCheck } from './health-check.ts'

const MIB = 1024 * 1024

/**
 * `ample`: all is well. `low`: nothing new is let in, what is under way goes on. `critical`: nothing is appended at all, since nats-server does not
 * get over a write that failed for want of space before it is started again.
 */
export type DiskState = 'ample' | 'low' | 'critical'

/** Watches how much room is left. */
export interface DiskWatch {
  readonly state: () => DiskState
  readonly check: () => HealthCheck
  /** Looks now. @throws never: a disk that does not answer is taken for what it was */
  readonly look: () => Promise<void>
  readonly close: () => void
}

/** How the disk is watched. */
export interface DiskWatchOptions {
  readonly folder: string
  /** Below so many free bytes nothing new is let in; below a quarter of them nothing is appended. */
  readonly reserveBytes: number
  /** Told when the state changes, in a sentence. */
  readonly onChange: (state: DiskState, what: string) => void
  /** Free bytes of the folder's file system. */
  readonly freeBytes?: (folder: string) => Promise<number>
  readonly everyMs?: number
}

const LOOK_EVERY_MS = 1_000
/** What closed at the limit opens again a little above it, so that it does not do both all the time. */
const OPENS_AT = 1.1

/** What this user may still write, in bytes. */
const freeIn = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

const stateFor = (free: number, reserve: number, before: DiskState): DiskState => {
  const limit = (bytes: number, isClosed: boolean): number => (isClosed ? bytes * OPENS_AT : bytes)
  if (free < limit(reserve / 4, before === 'critical')) return 'critical'
  return free < limit(reserve, before !== 'ample') ? 'low' : 'ample'
}

/** Begins to watch: once before it resolves, then every second. */
export const watchDisk = async (options: DiskWatchOptions): Promise<DiskWatch> => {
  const { folder, reserveBytes, onChange, freeBytes = freeIn, everyMs = LOOK_EVERY_MS } = options
  let state: DiskState = 'ample'
  let free = Infinity

  const tell = (): string => {
    const figures = `${Math.floor(free / MIB)} MiB free where ${folder} lies`
    if (state === 'ample') return figures
    const what = state === 'low' ? 'webhooks are refused' : 'nothing is appended'
    return `${figures}, below ${Math.round((state === 'low' ? reserveBytes : reserveBytes / 4) / MIB)} MiB: ${what} until there is space; free some`
  }

  const look = async (): Promise<void> => {
    try {
      free = await freeBytes(folder)
    } catch {
      return
    }
    const before = state
    state = stateFor(free, reserveBytes, before)
    if (state !== before) onChange(state, tell())
  }

  await look()
  const timer = setInterval(() => void look(), everyMs)
  timer.unref()
  return {
    state: () => state,
    check: () => ({ name: 'disk', ok: state === 'ample', detail: tell() }),
    look,
    close: () => clearInterval(timer),
  }
}
