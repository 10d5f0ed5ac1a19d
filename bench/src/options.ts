import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'

/** What was asked for on the command line. */
export interface Options {
  readonly only: readonly string[] | undefined
  readonly quick: boolean
  readonly rounds: number
  readonly json: string | undefined
  readonly dir: string
  readonly help: boolean
}

/** Reads the arguments of a bench. @throws Error naming the option that makes no sense */
export const readOptions = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' }, quick: { type: 'boolean', default: false }, rounds: { type: 'string' }, json: { type: 'string' }, dir: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const { only, quick, json, dir = tmpdir(), help } = values
  const rounds = Number(values.rounds ?? (quick ? 1 : 3))
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds: expected a whole number from 1 on, found "${values.rounds ?? ''}".`)
  return { only: only?.split(',').map((name) => name.trim()), quick, rounds, json, dir, help }
}
