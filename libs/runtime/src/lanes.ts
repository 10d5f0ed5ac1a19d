/** Work in order per key, concurrently over keys. */
export interface Lanes {
  /** Queues work behind all other work of its key. Settles as the work does; what fails does not stop what comes after it. */
  readonly add: <Result>(key: string, work: () => Promise<Result>) => Promise<Result>
  /** Keys with work. */
  readonly size: () => number
}

/** See {@link Lanes}. */
export const createLanes = (): Lanes => {
  const tails = new Map<string, Promise<unknown>>()
  return {
    add: (key, work) => {
      const done = (tails.get(key) ?? Promise.resolve()).then(work)
      const tail = done.then(
        () => undefined,
        () => undefined,
      )
      tails.set(key, tail)
      void tail.then(() => {
        if (tails.get(key) === tail) tails.delete(key)
      })
      return done
    },
    size: () => tails.size,
  }
}
