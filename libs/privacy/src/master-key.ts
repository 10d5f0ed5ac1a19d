import { createSecretKey, randomBytes, randomUUID, type KeyObject } from 'node:crypto'
import { link, mkdir, open, stat, unlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Length of the master key in bytes. */
export const MASTER_KEY_BYTES = 32

/**
 * The master key of this installation, from a file of 32 bytes that only its owner may read. The first use makes it, and its folder.
 * Of several processes that start at once, all get the same key.
 * @throws Error for a file that others may read or that has another length
 */
export const loadMasterKey = async (file: string): Promise<KeyObject> => {
  if (!(await exists(file))) await make(file)
  const handle = await open(file, 'r')
  try {
    const { mode } = await handle.stat()
    if ((mode & 0o077) !== 0) {
      const found = (mode & 0o777).toString(8).padStart(4, '0')
      throw new Error(`The master key file ${file} has mode ${found}, so others on this machine can read it. Expected 0600: run chmod 600 ${file}`)
    }
    const bytes = await handle.readFile()
    if (bytes.length !== MASTER_KEY_BYTES) {
      throw new Error(
        `The master key file ${file} has ${bytes.length} bytes. Expected ${MASTER_KEY_BYTES}: put back your copy of it; no personal data can be read without it.`,
      )
    }
    const key = createSecretKey(bytes)
    bytes.fill(0)
    return key
  } finally {
    await handle.close()
  }
}

/** Written aside and linked into place: a file of that name is always whole, and the first of several makers wins. */
const make = async (file: string): Promise<void> => {
  const folder = dirname(file)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, randomBytes(MASTER_KEY_BYTES), { mode: 0o600, flag: 'wx', flush: true })
  try {
    await link(draft, file)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    await unlink(draft)
  }
  await flush(folder)
}

/** After a power cut the file must still be there, since keys that it wraps may be. */
const flush = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const exists = async (file: string): Promise<boolean> => {
  try {
    await stat(file)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code
