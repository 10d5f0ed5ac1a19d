import { tmpdir } from 'node:os'
import { isInMemory } from '../floors/disk.ts'
import { ratios, type Ratio } from './ratios.ts'

const TRIES = 2

/** The best rounds are those that neighbours disturbed least. */
const valueOf = ({ ours, floor }: Ratio): number => Math.min(...ours) / Math.min(...floor)

const isSlow = (ratio: Ratio): boolean => !(valueOf(ratio) <= ratio.limit)

const lineOf = (ratio: Ratio): string => `${ratio.title}: ${valueOf(ratio).toFixed(1)}, at most ${ratio.limit}${isSlow(ratio) ? '  TOO SLOW' : ''}\n`

/** A neighbour may disturb one run; what is slow in each of them is slow. */
const run = async (): Promise<number> => {
  if (isInMemory(tmpdir())) process.stdout.write(`${tmpdir()} lies in memory: times say little, processor times still hold.\n`)
  for (let attempt = 1; ; attempt += 1) {
    const found = await ratios(tmpdir())
    for (const ratio of found) process.stdout.write(lineOf(ratio))
    const slow = found.filter(isSlow)
    if (slow.length === 0) return 0
    if (attempt === TRIES) {
      const names = slow.map(({ name }) => name).join(', ')
      process.stdout.write(`Slower than allowed: ${names}. docs/guides/bench.md tells how to find out why.\n`)
      return 1
    }
    process.stdout.write('Once more, in case something else was in the way.\n')
  }
}

try {
  process.exit(await run())
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
