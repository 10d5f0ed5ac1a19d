import { closeSync, fdatasyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** `f_type` of file systems in memory (statfs(2)). */
const IN_MEMORY: ReadonlySet<number> = new Set([0x01021994, 0x858458f6])

/** True where a folder is on no disk, so that syncing costs nothing and every figure would be a lie. */
export const isInMemory = (dir: string): boolean => IN_MEMORY.has(statfsSync(dir).type)

/** How often per second 1 KiB is appended to a file and synced, one after the other: what a log with one fsync per event could do at best. */
export const fdatasyncRate = (dir: string, ms: number): number => {
  const file = join(dir, 'fdatasync')
  const handle = openSync(file, 'a')
  const block = Buffer.alloc(1024, 'x')
  const from = performance.now()
  let count = 0
  while (performance.now() - from < ms) {
    writeSync(handle, block)
    fdatasyncSync(handle)
    count += 1
  }
  const seconds = (performance.now() - from) / 1_000
  closeSync(handle)
  rmSync(file)
  return count / seconds
}
