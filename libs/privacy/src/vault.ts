import type { KeyObject } from 'node:crypto'
import type { DataSubject } from '@zyra/contracts'
import { createCache } from './cache.ts'
import { bytesOf, open, parseSealed, seal, textFrom, UnreadableCiphertext, type Key } from './cipher.ts'
import { deleteKeys, keyIdsOf, type Erasure } from './erasure.ts'
import { isKeyId, ledgerOfMerchant } from './key-ids.ts'
import { openKeyRing } from './key-ring.ts'
import type { KeyStore } from './key-store.ts'
import { idsIn } from './ledger.ts'
import { MASTER_KEY_BYTES } from './master-key.ts'
import { openSubjectKeys } from './subject-keys.ts'

/** Which field of which event a text belongs to. A ciphertext opens nowhere else. */
export interface FieldOfEvent {
  readonly eventId: string
  readonly field: string
}

/** A text and whose data it is. */
export interface Plaintext {
  readonly merchant: string
  readonly subject: DataSubject
  readonly text: string
}

/** Encrypts personal data, and makes it unreadable by deleting keys. */
export interface Vault {
  /**
   * The text under the subject's current key, as `zyra1.<key id>.<nonce>.<ciphertext and tag>`. Any string comes back exactly,
   * lone surrogates too. An empty id of a subject counts as none; ids are compared as they are.
   */
  readonly encrypt: (of: FieldOfEvent & Plaintext) => Promise<string>
  /**
   * The text; undefined when its key was deleted.
   * @throws UnreadableCiphertext when it was changed, or belongs to another event or field
   */
  readonly decrypt: (of: FieldOfEvent & { readonly ciphertext: string }) => Promise<string | undefined>
  /** The ids of the keys that {@link Vault.erase} deletes, those deleted earlier included. */
  readonly keyIdsFor: (merchant: string, erasure: Erasure) => Promise<readonly string[]>
  /** The ids of the keys that {@link Vault.eraseMerchant} deletes, those deleted earlier included. */
  readonly keyIdsOfMerchant: (merchant: string) => Promise<readonly string[]>
  /**
   * Deletes every key that was ever used for this customer, for these orders and for the customer's orders.
   * Answers their ids, those deleted earlier included: a repetition after a crash answers the same.
   */
  readonly erase: (merchant: string, erasure: Erasure) => Promise<readonly string[]>
  /**
   * Deletes all keys of a merchant. Answers the ids of the merchant keys, which stand for all below them.
   * A merchant who returns gets a new one.
   */
  readonly eraseMerchant: (merchant: string) => Promise<readonly string[]>
  /** Deletes keys by id, a merchant key with all below it. Safe to repeat: after a restore, with the ids of every erasure since the backup. */
  readonly applyErasure: (keyIds: readonly string[]) => Promise<void>
}

export interface VaultOptions {
  readonly store: KeyStore
  /** 32 bytes, from `loadMasterKey`. */
  readonly masterKey: KeyObject
  /** Unwrapped keys kept in memory, at most; as many ledger answers again. */
  readonly cacheSize: number
  /** How long a key that another process erased may still be used by this one. In this process it is forgotten at once. */
  readonly maxAgeMs: number
  /** Milliseconds of a clock that never goes back: `() => performance.now()`. */
  readonly now: () => number
}

/** @throws Error when the master key is not a secret key of 32 bytes */
export const openVault = ({ store, masterKey, cacheSize, maxAgeMs, now }: VaultOptions): Vault => {
  if (masterKey.symmetricKeySize !== MASTER_KEY_BYTES) {
    throw new Error(`The master key has ${masterKey.symmetricKeySize ?? 0} bytes: expected ${MASTER_KEY_BYTES}, from loadMasterKey.`)
  }
  const unwrapped = createCache<Key | undefined>({ size: cacheSize, maxAgeMs, now })
  const known = createCache<string>({ size: cacheSize, maxAgeMs, now })
  const ring = openKeyRing(store, masterKey, unwrapped)
  const keyFor = openSubjectKeys(store, ring, known)
  const forgetAll = () => {
    unwrapped.clear()
    known.clear()
  }

  const applyErasure = async (keyIds: readonly string[]): Promise<void> => {
    await deleteKeys(store, keyIds).finally(forgetAll)
  }

  const keyIdsFor: Vault['keyIdsFor'] = async (merchant, erasure) => {
    const newest = (await idsIn(store, ledgerOfMerchant(merchant))).at(-1)
    const merchantKey = newest === undefined ? undefined : await ring.find(newest)
    return merchantKey === undefined ? [] : keyIdsOf(store, merchantKey, erasure)
  }
  const keyIdsOfMerchant: Vault['keyIdsOfMerchant'] = (merchant) => idsIn(store, ledgerOfMerchant(merchant))

  return {
    encrypt: async ({ merchant, subject, text, ...where }) => seal(await keyFor(merchant, subject), contextOf(where), bytesOf(text)),

    decrypt: async ({ ciphertext, ...where }) => {
      const sealed = parseSealed(ciphertext)
      if (sealed === undefined || !isKeyId(sealed.keyId)) {
        throw new UnreadableCiphertext(
          `Field ${where.field} of event ${where.eventId} is not a ciphertext: expected zyra1.<key id>.<nonce>.<ciphertext and tag>. ` +
          'Compare the event with a copy of the log.',
        )
      }
      const key = await ring.find(sealed.keyId)
      if (key === undefined) return undefined
      const bytes = open(key, contextOf(where), sealed)
      if (bytes !== undefined) return textFrom(bytes)
      throw new UnreadableCiphertext(
        `Field ${where.field} of event ${where.eventId} does not open under its key ${key.id}: it was changed, ` +
        'or written for another event or field. Compare the event with a copy of the log.',
      )
    },

    keyIdsFor,
    keyIdsOfMerchant,

    erase: async (merchant, erasure) => {
      const ids = await keyIdsFor(merchant, erasure)
      await applyErasure(ids)
      return ids
    },

    eraseMerchant: async (merchant) => {
      const ids = await keyIdsOfMerchant(merchant)
      await applyErasure(ids)
      return ids
    },

    applyErasure,
  }
}

const contextOf = ({ eventId, field }: FieldOfEvent): string => JSON.stringify([eventId, field])
