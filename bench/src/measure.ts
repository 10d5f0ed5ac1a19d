import type { Figure } from './figure.ts'
import type { Installation } from './system.ts'

/** What a measure is given. */
export interface Tools {
  /** Where servers may keep their data: on the disk that is to be measured. */
  readonly dir: string
  readonly rounds: number
  /** A short run, to see whether it works: its figures prove nothing. */
  readonly quick: boolean
  /** A long one where it is not quick. */
  readonly pick: (usual: number, quick: number) => number
  /** Shows what is under way. */
  readonly say: (what: string) => void
  /** The installation whose log holds a million events (a tenth where it is quick), its servers running; made when it is first asked for. */
  readonly large: () => Promise<LargeInstallation>
}

/** See {@link Tools}. */
export interface LargeInstallation extends Installation {
  readonly events: number
  readonly aggregates: number
}

/** Measures something, in several rounds where it can. */
export interface Measure {
  readonly name: string
  readonly title: string
  readonly run: (tools: Tools) => Promise<readonly Figure[]>
}

/** Runs something once per round and keeps what it answers. */
export const inRounds = async (tools: Pick<Tools, 'rounds' | 'say'>, what: string, work: (round: number) => Promise<number>): Promise<readonly number[]> => {
  const values: number[] = []
  for (let round = 1; round <= tools.rounds; round += 1) {
    tools.say(`${what}, round ${round} of ${tools.rounds}`)
    values.push(await work(round))
  }
  return values
}
