import { createSecretKey, randomBytes, randomUUID, type KeyObject } from 'node:crypto'
import { link, mkdir, open, unlink, writeFile, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Length of the master key in bytes. */
export const MASTER_KEY_BYTES = 32

/**
 * The master key of this installation, from a file of 32 bytes that only its owner may read. The first use makes it, and its folder.
 * Of several processes that start at once, all get the same key.
 * @throws Error for a file that others may read or that has another length
 */
export const loadMasterKey = async (file: string): Promise<KeyObject> => {
  const found = await openExisting(file)
  if (found === undefined) await make(file)
  const handle = found ?? (await open(file))
  try {
    return await read(file, handle)
  } finally {
    await handle.close()
  }
}

const read = async (file: string, handle: FileHandle): Promise<KeyObject> => {
  const mode = (await handle.stat()).mode & 0o777
  if ((mode & 0o077) !== 0) {
    const found = mode.toString(8).padStart(4, '0')
    throw new Error(`The master key file ${file} has mode ${found}, so others may read it: expected 0600. Run: chmod 600 ${file}`)
  }
  const bytes = await handle.readFile()
  if (bytes.length === MASTER_KEY_BYTES) return createSecretKey(bytes)
  throw new Error(
    `The master key file ${file} has ${bytes.length} bytes: expected ${MASTER_KEY_BYTES}. ` +
    'Put back your copy of it; no personal data can be read without it.',
  )
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
  await flushFolder(folder)
}

/** After a power cut the file must still be there, since keys that it wraps may be. */
const flushFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder)
  await handle.sync().finally(() => handle.close())
}

const openExisting = async (file: string): Promise<FileHandle | undefined> => {
  try {
    return await open(file)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code
