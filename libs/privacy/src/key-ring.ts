import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { DataSubject } from '@zyra/contracts'
import { createCache, type CacheOptions } from './cache.ts'
import { open, parseSealed, seal, type Key } from './cipher.ts'
import { ledgerOf, ledgerOfMerchant, merchantKeyIdOf, nameOfKey, newKeyId, ordersOf, referenceTo } from './key-ids.ts'
import type { KeyStore } from './key-store.ts'

/** Finds, makes and links keys. */
export interface KeyRing {
  /** The key under which data of this subject is written now; made on first use. */
  readonly keyFor: (merchant: string, subject: DataSubject) => Promise<Key>
  /** The key of this id; undefined when it, or the merchant key above it, was deleted. */
  readonly find: (keyId: string) => Promise<Key | undefined>
  /** The merchant's living key, if there is one. Makes none. */
  readonly merchantKey: (merchant: string) => Promise<Key | undefined>
  /** Every key id that a ledger names, oldest first. */
  readonly idsIn: (ledger: string) => Promise<readonly string[]>
  /** Drops every cached key. */
  readonly forgetAll: () => void
}

/** Of several that add to one ledger at once, one gets on each time; more rounds than this mean that the store does not keep its promises. */
const ROUNDS = 100
const PRESENT = Buffer.of(1)

/** Where a new key stands: who wraps it, its place in the hierarchy, and the ledger that will name it. */
interface Place {
  readonly ledger: string
  readonly above: string
  readonly wrappedBy: Key
}

export const openKeyRing = (store: KeyStore, masterSecret: KeyObject, caching: CacheOptions): KeyRing => {
  const master: Key = { id: `master-${fingerprint(masterSecret)}`, secret: masterSecret }
  const keys = createCache<Key | undefined>(caching)
  const currentIds = createCache<string>(caching)
  const links = createCache<true>(caching)

  const find = (id: string): Promise<Key | undefined> => keys.get(id, () => load(id))

  const load = async (id: string): Promise<Key | undefined> => {
    const stored = await store.get(nameOfKey(id))
    const above = merchantKeyIdOf(id)
    const wrappedBy = above === undefined ? master : await find(above)
    return stored === undefined || wrappedBy === undefined ? undefined : unwrap(id, wrappedBy, Buffer.from(stored).toString())
  }

  const idsIn = async (ledger: string): Promise<readonly string[]> => {
    const ids: string[] = []
    for (;;) {
      const entry = await store.get(`${ledger}.${ids.length}`)
      if (entry === undefined) return ids
      ids.push(Buffer.from(entry).toString())
    }
  }

  const append = (ledger: string, index: number, id: string) => store.create(`${ledger}.${index}`, Buffer.from(id))

  const livingIn = async (ledger: string): Promise<{ readonly ids: readonly string[]; readonly last: Key | undefined }> => {
    const ids = await idsIn(ledger)
    const newest = ids.at(-1)
    return { ids, last: newest === undefined ? undefined : await find(newest) }
  }

  /** A key is stored before a ledger names it: a name without a key always means that the key was erased. */
  const findOrMake = async ({ ledger, above, wrappedBy }: Place): Promise<string> => {
    const made = newKeyId(above)
    for (let round = 0; round < ROUNDS; round += 1) {
      const { ids, last } = await livingIn(ledger)
      if (last !== undefined) {
        if (round > 0 && !ids.includes(made)) await store.delete(nameOfKey(made))
        return last.id
      }
      if (round === 0) await store.create(nameOfKey(made), Buffer.from(wrapNew(made, wrappedBy)))
      if ((await append(ledger, ids.length, made)) === 'created') return made
    }
    throw inconsistent(ledger)
  }

  const currentKey = async (place: Place): Promise<Key> => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const key = await find(await currentIds.get(place.ledger, () => findOrMake(place)))
      if (key !== undefined) return key
      currentIds.forget(place.ledger)
    }
    throw inconsistent(place.ledger)
  }

  /** The order is entered under its customer first, so that an erasure finds it as soon as the order's ledger names the customer's key. */
  const link = async (merchantKeyId: string, customer: string, order: string, keyId: string): Promise<true> => {
    await store.create(`${ordersOf(merchantKeyId, customer)}${order}`, PRESENT)
    const ledger = ledgerOf(merchantKeyId, order)
    for (let round = 0; round < ROUNDS; round += 1) {
      const ids = await idsIn(ledger)
      if (ids.includes(keyId) || (await append(ledger, ids.length, keyId)) === 'created') {
        currentIds.forget(ledger)
        return true
      }
    }
    throw inconsistent(ledger)
  }

  const keyFor = async (merchant: string, { customerId, orderId }: DataSubject): Promise<Key> => {
    const above = await currentKey({ ledger: checkedLedger(merchant), above: merchant, wrappedBy: master })
    const customer = customerId ? referenceTo(above, 'customer', customerId) : undefined
    const order = orderId ? referenceTo(above, 'order', orderId) : undefined
    const subject = customer ?? order
    if (subject === undefined) return above
    const key = await currentKey({ ledger: ledgerOf(above.id, subject), above: above.id, wrappedBy: above })
    if (customer !== undefined && order !== undefined) await links.get(`${order} ${key.id}`, () => link(above.id, customer, order, key.id))
    return key
  }

  return {
    keyFor,
    find,
    merchantKey: async (merchant) => (await livingIn(checkedLedger(merchant))).last,
    idsIn,
    forgetAll: () => [keys, currentIds, links].forEach((cache) => cache.clear()),
  }
}

const checkedLedger = (merchant: string): string => {
  if (/^[\w-]+$/.test(merchant)) return ledgerOfMerchant(merchant)
  throw new Error(`The merchant is named ${JSON.stringify(merchant)}; its keys need a name of letters, digits, _ and -. Register it under such a name.`)
}

/** Tells master keys apart without telling anything about them. */
const fingerprint = (secret: KeyObject): string => createHmac('sha256', secret).update('zyra master key').digest('hex').slice(0, 16)

const wrapping = (id: string): string => JSON.stringify(['key', id])

const wrapNew = (id: string, wrappedBy: Key): string => {
  const bytes = newSecret()
  const wrapped = seal(wrappedBy, wrapping(id), bytes)
  bytes.fill(0)
  return wrapped
}

const unwrap = (id: string, wrappedBy: Key, text: string): Key => {
  const sealed = parseSealed(text)
  if (sealed !== undefined && sealed.keyId !== wrappedBy.id) {
    throw new Error(`Key ${id} is wrapped by ${sealed.keyId}, but this installation has ${wrappedBy.id}. Put back the master key file that belongs to this data.`)
  }
  const bytes = sealed && open(wrappedBy, wrapping(id), sealed)
  if (bytes === undefined) throw new Error(`The stored key ${id} was changed. Restore the key store from a backup, then apply the erasures again.`)
  const secret = createSecretKey(bytes)
  bytes.fill(0)
  return { id, secret }
}

const inconsistent = (ledger: string): Error =>
  new Error(`The key store refuses to add to ${ledger}, yet does not show what is there. It must be linearizable: read from the leader.`)
