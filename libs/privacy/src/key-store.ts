/**
 * Where wrapped keys lie. Names consist of `[A-Za-z0-9_-]` parts joined by dots, values are a few opaque bytes.
 *
 * An implementation must be linearizable: `get` and `list` see every `create` and `delete` that was answered before, whichever process
 * asked for it. A lagging replica would show a living key as erased. It must throw when it cannot answer, never report absence instead.
 */
export interface KeyStore {
  readonly get: (name: string) => Promise<Uint8Array | undefined>
  /** Atomic: of any number of concurrent calls for one name exactly one is answered `created`. */
  readonly create: (name: string, value: Uint8Array) => Promise<'created' | 'exists'>
  /** Removes the value with all its history, so that its bytes cannot be asked for again. No error when there is none. */
  readonly delete: (name: string) => Promise<void>
  /** Every name that starts with `prefix`, which ends with a dot or is empty. */
  readonly list: (prefix: string) => Promise<readonly string[]>
}

/** A key store that lives and dies with the process: for tests. */
export const memoryKeyStore = (): KeyStore => {
  const entries = new Map<string, Uint8Array>()
  return {
    get: async (name) => entries.get(name)?.slice(),
    create: async (name, value) => {
      if (entries.has(name)) return 'exists'
      entries.set(name, value.slice())
      return 'created'
    },
    delete: async (name) => {
      entries.delete(name)
    },
    list: async (prefix) => [...entries.keys()].filter((name) => name.startsWith(prefix)),
  }
}
