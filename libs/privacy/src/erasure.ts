import type { Key } from './cipher.ts'
import { allBelow, isKeyId, ledgerOf, merchantKeyIdOf, nameOfKey, ordersOf, referenceTo } from './key-ids.ts'
import type { KeyStore } from './key-store.ts'
import { idsIn } from './ledger.ts'

/** Whose data goes: a customer with all orders that are known to be theirs, and orders named one by one. */
export interface Erasure {
  readonly customerId?: string | undefined
  readonly orderIds: readonly string[]
}

/** The ids of all keys that were ever used for what is to be erased. */
export const keyIdsOf = async (store: KeyStore, merchantKey: Key, { customerId, orderIds }: Erasure): Promise<readonly string[]> => {
  const references = new Set(orderIds.map((id) => referenceTo(merchantKey, 'order', id)))
  if (customerId) {
    const customer = referenceTo(merchantKey, 'customer', customerId)
    const prefix = ordersOf(merchantKey.id, customer)
    references.add(customer)
    for (const name of await store.list(prefix)) references.add(name.slice(prefix.length))
  }
  const ids = new Set<string>()
  for (const reference of references) {
    for (const id of await idsIn(store, ledgerOf(merchantKey.id, reference))) ids.add(id)
  }
  return [...ids]
}

/**
 * Deletes keys, and with a merchant key everything below it. The key goes first: what is left below cannot be opened without it.
 * @throws Error for what is not a key id, before anything is deleted
 */
export const deleteKeys = async (store: KeyStore, keyIds: readonly string[]): Promise<void> => {
  const wrong = keyIds.find((id) => !isKeyId(id))
  if (wrong !== undefined) throw new Error(`${JSON.stringify(wrong)} is not a key id: expected <merchant>/<id> or <merchant>/<id>/<id>.`)
  for (const id of keyIds) {
    await store.delete(nameOfKey(id))
    for (const prefix of merchantKeyIdOf(id) === undefined ? allBelow(id) : []) {
      for (const name of await store.list(prefix)) await store.delete(name)
    }
  }
}
