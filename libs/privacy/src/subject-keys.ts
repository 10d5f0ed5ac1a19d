import type { DataSubject } from '@zyra/contracts'
import type { Cache } from './cache.ts'
import type { Key } from './cipher.ts'
import { ledgerOf, ledgerOfMerchant, nameOfKey, newKeyId, ordersOf, referenceTo } from './key-ids.ts'
import type { KeyRing } from './key-ring.ts'
import type { KeyStore } from './key-store.ts'
import { addTo } from './ledger.ts'

/** Answers the key under which data of a subject is written now; makes it on first use, and again after an erasure. */
export type KeyFor = (merchant: string, subject: DataSubject) => Promise<Key>

/** Where a key stands: the ledger that names it, what its id begins with, and who wraps it. */
interface Place {
  readonly ledger: string
  readonly above: string
  readonly wrappedBy: Key
}

const ROUNDS = 10
const PRESENT = Buffer.of(1)

/** `known` caches what ledgers answered: the current key id of a ledger, and links that were made. */
export const openSubjectKeys = (store: KeyStore, ring: KeyRing, known: Cache<string>): KeyFor => {
  /** A key is stored before a ledger names it: a named key that is not there was erased. */
  const findOrMake = async ({ ledger, above, wrappedBy }: Place): Promise<string> => {
    const own = newKeyId(above)
    let made = false
    return addTo(store, ledger, async (ids) => {
      const newest = ids.at(-1)
      if (newest !== undefined && (await ring.find(newest)) !== undefined) {
        if (made && !ids.includes(own)) await store.delete(nameOfKey(own))
        return newest
      }
      if (!made) await ring.make(own, wrappedBy)
      made = true
      return own
    })
  }

  const currentKey = async (place: Place): Promise<Key | undefined> => {
    const key = await ring.find(await known.get(place.ledger, () => findOrMake(place)))
    if (key === undefined) known.forget(place.ledger)
    return key
  }

  /** The order is entered under its customer first, so that an erasure finds it as soon as its ledger names the customer's key. */
  const link = async (merchantKeyId: string, customer: string, order: string, keyId: string): Promise<string> => {
    const ledger = ledgerOf(merchantKeyId, order)
    await store.create(`${ordersOf(merchantKeyId, customer)}${order}`, PRESENT)
    await addTo(store, ledger, async () => keyId)
    known.forget(ledger)
    return keyId
  }

  const livingKey = async (merchant: string, { customerId, orderId }: DataSubject): Promise<Key | undefined> => {
    const top = await currentKey({ ledger: ledgerOfMerchant(merchant), above: merchant, wrappedBy: ring.master })
    if (top === undefined) return undefined
    const customer = customerId ? referenceTo(top, 'customer', customerId) : undefined
    const order = orderId ? referenceTo(top, 'order', orderId) : undefined
    const subject = customer ?? order
    if (subject === undefined) return top
    const key = await currentKey({ ledger: ledgerOf(top.id, subject), above: top.id, wrappedBy: top })
    if (key !== undefined && customer !== undefined && order !== undefined) {
      await known.get(`${order} ${key.id}`, () => link(top.id, customer, order, key.id))
    }
    return key
  }

  return async (merchant, subject) => {
    if (!/^[\w-]+$/.test(merchant)) {
      throw new Error(`The merchant is named ${JSON.stringify(merchant)}: expected letters, digits, _ and -. Rename it.`)
    }
    for (let round = 0; round < ROUNDS; round += 1) {
      const key = await livingKey(merchant, subject)
      if (key !== undefined) return key
    }
    throw new Error(`No key of merchant ${merchant} outlived its making, ${ROUNDS} times in a row. Is something erasing without end?`)
  }
}
