import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { makeSecretFile, readSecretFile } from '../secret-file.ts'

/** Where the key that signs an installation's seals is. */
export const sealKeyIn = (dataDir: string): string => join(dataDir, 'secrets', 'seal.key')

const newKey = (): string => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()

const keyIn = (text: string): KeyObject | undefined => {
  try {
    return createPrivateKey(text)
  } catch {
    return undefined
  }
}

/**
 * The Ed25519 key that signs seals, from a PEM file that only its owner may read. The first use makes it; of several processes that start
 * at once, all get the same key.
 * @throws Error for a file that others may read, or that holds no such key
 */
export const loadSealKey = async (file: string): Promise<KeyObject> => {
  if (readSecretFile(file) === undefined) makeSecretFile(file, newKey())
  const key = keyIn(readSecretFile(file) ?? '')
  if (key?.asymmetricKeyType === 'ed25519') return key
  throw new Error(`${file} is not an Ed25519 private key in PEM: put back your copy of it, or remove it and have a new one made, which verifying will tell of.`)
}
