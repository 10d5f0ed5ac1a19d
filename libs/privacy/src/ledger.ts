import type { KeyStore } from './key-store.ts'

/** Many may add to one ledger at once, and one of them gets on each time: more rounds than this mean that the store breaks its promises. */
const ROUNDS = 100

/** Every key id that the ledger names, oldest first: entries `<ledger>.0`, `<ledger>.1` ... are created and never changed. */
export const idsIn = async (store: KeyStore, ledger: string): Promise<readonly string[]> => {
  const ids: string[] = []
  for (;;) {
    const entry = await store.get(`${ledger}.${ids.length}`)
    if (entry === undefined) return ids
    ids.push(Buffer.from(entry).toString())
  }
}

/**
 * Adds the id that `choose` makes of the ids so far, and answers it; when another process added one meanwhile, asks `choose` again.
 * An id that the ledger already names is answered as it is.
 * @throws Error when the store is not linearizable
 */
export const addTo = async (store: KeyStore, ledger: string, choose: (ids: readonly string[]) => Promise<string>): Promise<string> => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const ids = await idsIn(store, ledger)
    const id = await choose(ids)
    if (ids.includes(id) || (await store.create(`${ledger}.${ids.length}`, Buffer.from(id))) === 'created') return id
  }
  throw new Error(`The key store refuses to add to ${ledger} but does not show what stands there: read from its leader, no replica.`)
}
