import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transient } from './errors.ts'

/** Large bodies by the SHA-256 of their bytes (hex). */
export interface Objects {
  /** Resolves once the bytes are on disk. Safe to repeat. @throws Transient while the disk is full */
  readonly put: (sha256: string, bytes: Uint8Array) => Promise<void>
  /** @throws Error when the object is missing or its bytes are not what the hash says */
  readonly get: (sha256: string) => Promise<Uint8Array>
}

const sizeOf = async (path: string): Promise<number | undefined> => {
  try {
    return (await stat(path)).size
  } catch {
    return undefined
  }
}

const sync = async (path: string): Promise<void> => {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const writeSynced = async (path: string, bytes: Uint8Array): Promise<void> => {
  const handle = await open(path, 'wx', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const isMissing = (error: unknown): boolean => typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT'

const isFull = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')

/** Objects as files in a folder: written beside, synced, then renamed, so that a name never stands for half a body. */
export const fileObjects = (folder: string): Objects => {
  const pathOf = (sha256: string): string => join(folder, sha256.slice(0, 2), sha256)
  return {
    put: async (sha256, bytes) => {
      const path = pathOf(sha256)
      if ((await sizeOf(path)) !== bytes.length) {
        // A folder that is new must outlive a power cut as well as what is in it.
        const created = await mkdir(dirname(path), { recursive: true, mode: 0o700 })
        if (created !== undefined) await sync(dirname(created)).then(() => sync(folder))
        const beside = `${path}.${randomUUID()}`
        try {
          await writeSynced(beside, bytes)
          await rename(beside, path)
        } catch (error) {
          await rm(beside, { force: true })
          throw isFull(error) ? new Transient(`the disk of ${folder} is full: free some space`, { mayHaveHappened: false, cause: error }) : error
        }
      }
      await sync(dirname(path))
    },
    get: async (sha256) => {
      const bytes = await readFile(pathOf(sha256)).catch((cause: unknown) => {
        if (!isMissing(cause)) throw new Error(`object ${sha256} in ${folder} cannot be read: check the disk and the rights of the folder`, { cause })
        throw new Error(`object ${sha256} is missing from ${folder}: restore it from the backup that belongs to this log`, { cause })
      })
      if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw new Error(`object ${sha256} in ${folder} was changed: restore it from a backup`)
      return bytes
    },
  }
}
