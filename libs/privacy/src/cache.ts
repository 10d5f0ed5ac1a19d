/** How much a cache may hold, and how long it may believe it. */
export interface CacheOptions {
  /** Entries at most; the least recently used one leaves first. */
  readonly size: number
  /** Milliseconds after which an entry is loaded again, counted from the moment its loading began. */
  readonly maxAgeMs: number
  /** Milliseconds of a clock that never goes back (`performance.now`). */
  readonly now: () => number
}

/** A bounded cache of what is being loaded or was loaded. */
export interface Cache<Value> {
  /** The cached value, else what `load` answers. Concurrent calls share one load; failures and `undefined` are not kept. */
  readonly get: (name: string, load: () => Promise<Value>) => Promise<Value>
  readonly forget: (name: string) => void
  readonly clear: () => void
}

interface Entry<Value> {
  readonly value: Promise<Value>
  readonly since: number
}

/**
 * An entry stands in the cache from the moment its load starts. So `clear` also drops loads under way, and what they bring is not kept.
 */
export const createCache = <Value>({ size, maxAgeMs, now }: CacheOptions): Cache<Value> => {
  const entries = new Map<string, Entry<Value>>()
  const isFresh = ({ since }: Entry<Value>): boolean => now() - since < maxAgeMs

  const start = (name: string, load: () => Promise<Value>): Entry<Value> => {
    const entry = { since: now(), value: load() }
    const drop = () => {
      if (entries.get(name) === entry) entries.delete(name)
    }
    entry.value.then((value) => value === undefined && drop(), drop)
    return entry
  }

  return {
    get: (name, load) => {
      const found = entries.get(name)
      const entry = found !== undefined && isFresh(found) ? found : start(name, load)
      entries.delete(name)
      entries.set(name, entry)
      for (const oldest of entries.keys()) {
        if (entries.size <= size) break
        entries.delete(oldest)
      }
      return entry.value
    },
    forget: (name) => {
      entries.delete(name)
    },
    clear: () => entries.clear(),
  }
}
