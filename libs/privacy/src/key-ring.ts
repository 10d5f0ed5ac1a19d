import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import type { Cache } from './cache.ts'
import { open, parseSealed, seal, type Key } from './cipher.ts'
import { merchantKeyIdOf, nameOfKey } from './key-ids.ts'
import type { KeyStore } from './key-store.ts'

/** The keys themselves: made, wrapped, stored, unwrapped. */
export interface KeyRing {
  readonly master: Key
  /** The key of this id; undefined when it, or the merchant key above it, was deleted. */
  readonly find: (keyId: string) => Promise<Key | undefined>
  /** Stores a new random key under an id that was never used. */
  readonly make: (keyId: string, wrappedBy: Key) => Promise<void>
}

export const openKeyRing = (store: KeyStore, masterSecret: KeyObject, cache: Cache<Key | undefined>): KeyRing => {
  const master: Key = { id: `master-${fingerprint(masterSecret)}`, secret: masterSecret }
  const find = (id: string): Promise<Key | undefined> => cache.get(id, () => load(id))

  const load = async (id: string): Promise<Key | undefined> => {
    const wrapped = await store.get(nameOfKey(id))
    if (wrapped === undefined) return undefined
    const above = merchantKeyIdOf(id)
    const wrappedBy = above === undefined ? master : await find(above)
    return wrappedBy && unwrap(id, wrappedBy, Buffer.from(wrapped).toString())
  }

  const make = async (id: string, wrappedBy: Key): Promise<void> => {
    await store.create(nameOfKey(id), Buffer.from(seal(wrappedBy, contextOf(id), randomBytes(32))))
  }

  return { master, find, make }
}

const contextOf = (id: string): string => JSON.stringify(['key', id])

const unwrap = (id: string, wrappedBy: Key, text: string): Key => {
  const sealed = parseSealed(text)
  if (sealed !== undefined && sealed.keyId !== wrappedBy.id) {
    throw new Error(
      `Key ${id} is wrapped by ${sealed.keyId}, but this installation has ${wrappedBy.id}. ` +
      'Put back the master key file that belongs to this data.',
    )
  }
  const bytes = sealed && open(wrappedBy, contextOf(id), sealed)
  if (bytes === undefined) {
    throw new Error(`The stored key ${id} was changed. Restore the key store from a backup, then apply the recorded erasures again.`)
  }
  return { id, secret: createSecretKey(bytes) }
}

/** Tells master keys apart without telling anything about them. */
const fingerprint = (secret: KeyObject): string => createHmac('sha256', secret).update('zyra master key').digest('hex').slice(0, 16)
