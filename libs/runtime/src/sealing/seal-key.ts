import { createPrivateKey, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto'
import { link, mkdir, open, readFile, stat, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hasCode } from './files.ts'

/** Where the key that signs an installation's seals is. */
export const sealKeyIn = (dataDir: string): string => join(dataDir, 'secrets', 'seal.key')

const make = async (file: string): Promise<void> => {
  const folder = dirname(file)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomUUID()}`
  const { privateKey } = generateKeyPairSync('ed25519')
  await writeFile(draft, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flag: 'wx', flush: true })
  try {
    // Linked into place, so that the first of several makers wins and a file of that name is always whole.
    await link(draft, file)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    await unlink(draft)
  }
  const handle = await open(folder)
  await handle.sync().finally(() => handle.close())
}

const existing = async (file: string): Promise<string | undefined> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/**
 * The Ed25519 key that signs seals, from a PEM file that only its owner may read. The first use makes it; of several processes that start
 * at once, all get the same key.
 * @throws Error for a file that others may read, or that holds no such key
 */
export const loadSealKey = async (file: string): Promise<KeyObject> => {
  if ((await existing(file)) === undefined) await make(file)
  const mode = (await stat(file)).mode & 0o777
  if ((mode & 0o077) !== 0) {
    throw new Error(`The key of the seals ${file} has mode ${mode.toString(8).padStart(4, '0')}, so others may read it: expected 0600. Run: chmod 600 ${file}`)
  }
  const key = await readFile(file, 'utf8').then(createPrivateKey).catch(() => undefined)
  if (key?.asymmetricKeyType === 'ed25519') return key
  throw new Error(`${file} is not an Ed25519 private key in PEM: put back your copy of it, or remove it and have a new one made, which verifying will tell of.`)
}
