import { randomUUID } from 'node:crypto'
import { link, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** True for an error of the file system with this code. */
export const hasCode = (error: unknown, code: string): boolean => typeof error === 'object' && error !== null && 'code' in error && error.code === code

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder)
  await handle.sync().finally(() => handle.close())
}

const writeBeside = async (path: string, bytes: Uint8Array | string): Promise<string> => {
  const draft = `${path}.${randomUUID()}`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
  return draft
}

/** Writes a whole file, in place of the one that was there. On disk when it resolves. */
export const writeWhole = async (path: string, bytes: Uint8Array | string): Promise<void> => {
  await rename(await writeBeside(path, bytes), path)
  await syncFolder(dirname(path))
}

/** Writes a whole file where there is none; answers false where there is one. Of several writers exactly one succeeds. On disk when it resolves. */
export const writeOnce = async (path: string, bytes: Uint8Array | string): Promise<boolean> => {
  const draft = await writeBeside(path, bytes)
  try {
    await link(draft, path)
    await syncFolder(dirname(path))
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}
