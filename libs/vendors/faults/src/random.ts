/** A source of numbers in [0, 1). The same seed gives the same numbers in the same order, on every machine. */
export type Random = () => number

/**
 * A seeded random source (hash: FNV-1a, generator: mulberry32, both public domain). Not for secrets.
 *
 * @param seed any text; two texts that differ give independent streams, so one seed serves several purposes when each adds its name to it
 */
export const seededRandom = (seed: string): Random => {
  let state = fnv1a(seed)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const fnv1a = (text: string): number => {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash
}
