import type { Command } from 'commander'
import { z } from 'zod'
import { withExamples, withJson, type Tools } from '../base/declare.ts'
import { commonOptions, readOptions } from '../base/options.ts'

/** Declares `zyra rebuild` and `zyra replay`. */
export const declareRebuild = (program: Command, { terminal, ends }: Tools): void => {
  const rebuild = program
    .command('rebuild')
    .summary('write rows anew from the log')
    .description(
      'Folds the log from its first event into new rows beside the live ones, which go on meanwhile, then puts them in their place.',
    )
    .argument('[projection]', 'one projection; otherwise all')
  withExamples(withJson(rebuild), [
    ['rebuild', 'all rows'],
    ['rebuild inventory_stock', 'those of stock'],
  ]).action((name: string | undefined, given: unknown) =>
    ends(async () => {
      const { runRebuild } = await import('./run.ts')
      return runRebuild(name, readOptions(z.strictObject(commonOptions), given), terminal)
    }),
  )

  const replay = program
    .command('replay')
    .summary('check that the log explains every row and every decision')
    .description(
      [
        'Folds the log again and compares the rows, then takes every decision again from its recorded command, on the state that',
        'the recorded events lead to. Nothing is changed and nobody outside is called. Exit code 1 where something differs.',
      ].join(' '),
    )
    .option('--verify', 'compare, and say what differs')
  withExamples(withJson(replay), [['replay --verify', 'identical, or each difference']]).action((given: unknown) =>
    ends(async () => {
      const { replayOptions, runReplay } = await import('../replay/run.ts')
      return runReplay(readOptions(replayOptions, given), terminal)
    }),
  )
}
