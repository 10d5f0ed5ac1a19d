import type { Command } from 'commander'
import { z } from 'zod'
import { withExamples, withJson, type Tools } from '../base/declare.ts'
import { commonOptions, readOptions } from '../base/options.ts'

const options = z.strictObject(commonOptions)
const sealOptions = z.strictObject({ ...commonOptions, yes: z.boolean().default(false) })

/** Declares `zyra log`. */
export const declareSegments = (program: Command, { terminal, ends }: Tools): void => {
  const log = program
    .command('log')
    .summary('the segments of the log, and sealing the open one')
    .description(
      [
        'The log is a chain of segments, each a stream of its own of about a year. Events go into the open one; a sealed one is never',
        'written to again, and is read as before. Sequences run on.',
      ].join(' '),
    )
  const load = () => import('./run.ts')

  const list = log.command('list', { isDefault: true }).description('Lists the segments.')
  withJson(list).action((given: unknown) => ends(async () => (await load()).runSegments(readOptions(options, given), terminal)))

  const seal = log
    .command('seal')
    .description('Seals the open segment and opens the next one. Tells what it will do, and asks. A running installation does it by itself once a year.')
    .option('--yes', 'do it without asking')
  withJson(seal).action((given: unknown) => ends(async () => (await load()).runSeal(readOptions(sealOptions, given), terminal)))

  withExamples(log, [
    ['log', 'segments, their events, times and sizes'],
    ['log seal', 'tell what would happen, and ask'],
    ['log seal --yes', 'seal without being asked'],
  ])
}
