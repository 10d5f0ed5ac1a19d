import type { Command } from 'commander'
import { withExamples, withJson, type Tools } from '../base/declare.ts'
import { readOptions } from '../base/options.ts'

const MERCHANT = ['--merchant <name>', 'only this merchant; otherwise all'] as const
const SWITCH = ['--merchant <name>', "only this merchant's; otherwise the whole installation's"] as const

/** Declares `zyra stop`, `zyra resume` and `zyra reconcile`. */
export const declareControl = (program: Command, { terminal, ends }: Tools): void => {
  const stop = program
    .command('stop')
    .summary('no more calls to the outside')
    .description(
      [
        'Stops calls to the outside. "everything" still lets through what lowers stock, so that stopping never oversells;',
        '"autopilot" pauses only what is discretionary. The services go on listening; after "resume" they set right what was left out.',
        '\n\nWithout --merchant the whole installation is stopped, merchants registered later included, until "resume" without --merchant.',
        'It wins: while it lasts, resuming one merchant lets nothing out.',
      ].join(' '),
    )
    .option('--level <level>', 'autopilot or everything', 'everything')
    .option('--reason <text>', 'why; it stands in the log')
    .option(...SWITCH)
  withExamples(withJson(stop), [
    ['stop --reason "counting the shelves"', 'stop everything'],
    ['stop --level autopilot', 'keep stock true, do nothing else'],
    ['stop --merchant clay', 'stop one merchant; the others go on'],
  ]).action((given: unknown) =>
    ends(async () => {
      const [{ stopOptions }, { runStop }] = await Promise.all([import('./options.ts'), import('./switch.ts')])
      return runStop(readOptions(stopOptions, given), terminal)
    }),
  )

  const resume = program
    .command('resume')
    .summary('let calls go out again')
    .description(
      [
        'Ends a stop, and reads both channels to make good what was left out.',
        '\n\nWithout --merchant it ends the stop of the whole installation; merchants that were stopped on their own stay stopped.',
        'With --merchant it ends the stop of that merchant; a stop of the whole installation goes on.',
      ].join(' '),
    )
    .option(...SWITCH)
  withExamples(withJson(resume), [
    ['resume', 'end the stop of the whole installation'],
    ['resume --merchant clay', 'end the stop of one merchant'],
  ]).action((given: unknown) =>
    ends(async () => {
      const [{ resumeOptions }, { runResume }] = await Promise.all([import('./options.ts'), import('./switch.ts')])
      return runResume(readOptions(resumeOptions, given), terminal)
    }),
  )

  const reconcile = program
    .command('reconcile')
    .summary('read both channels now, and set right what differs')
    .description('Reads both channels now instead of on the next run of the timetable, sets right what differs, and tells what that was.')
    .option(...MERCHANT)
  withExamples(withJson(reconcile), [['reconcile', 'webhooks get lost; this finds what they would have told']]).action((given: unknown) =>
    ends(async () => {
      const [{ reconcileOptions }, { runReconcile }] = await Promise.all([import('./options.ts'), import('./reconcile.ts')])
      return runReconcile(readOptions(reconcileOptions, given), terminal)
    }),
  )
}
