/** Work in order per key, concurrently over keys. */
export interface Lanes {
  /** Queues work behind all other work of its key; resolves when it is done. Work never rejects: it deals with its errors itself. */
  readonly add: (key: string, work: () => Promise<void>) => Promise<void>
  /** Keys with work. */
  readonly size: () => number
}

/** See {@link Lanes}. */
export const createLanes = (): Lanes => {
  const tails = new Map<string, Promise<void>>()
  return {
    add: (key, work) => {
      const done = (tails.get(key) ?? Promise.resolve()).then(work)
      tails.set(key, done)
      void done.then(() => {
        if (tails.get(key) === done) tails.delete(key)
      })
      return done
    },
    size: () => tails.size,
  }
}
