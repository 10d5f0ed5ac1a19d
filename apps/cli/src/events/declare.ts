import type { Command } from 'commander'
import { withExamples, withJson, type Tools } from '../base/declare.ts'
import { readOptions } from '../base/options.ts'

/** Declares `zyra events`. */
export const declareEvents = (program: Command, { terminal, ends }: Tools): void => {
  const command = program
    .command('events')
    .summary('what happened, newest last')
    .description(
      'Shows events of the log, newest last: the last 20, or all that you ask for.\nPersonal data stays encrypted unless --personal is given.',
    )
    .option('--merchant <name>', 'only of this merchant')
    .option('--service <name>', 'only those that this service recorded')
    .option('--aggregate <name>', 'only of this kind of aggregate, such as stock')
    .option('--id <id>', 'only of the aggregate with this id; a SKU stands for its inventory item')
    .option('--type <names>', 'only events of these names, separated by commas; the service may be left out')
    .option('--since <time>', 'not before: 2026-11-20T07:30:00Z, 07:30 (today), 15m (ago; s, m, h, d)')
    .option('--until <time>', 'not after, in the same forms')
    .option('--from <sequence>', 'from this place in the log on, oldest first')
    .option('--limit <count>', 'at most so many (20; with --json all)')
    .option('-f, --follow', 'go on with what comes, until Ctrl-C')
    .option('--personal', 'decrypt personal data')
  withExamples(withJson(command), [
    ['events --follow', 'what happens, as it happens'],
    ['events --id MUG-BLUE --since 1h', 'the last hour of one item'],
    ['events --type EtsyQuantityRefused --limit 5', 'the last five refusals'],
    ['events --from 1 --json | jq .type', 'the whole log, for a program'],
  ]).action((given: unknown) =>
    ends(async () => {
      const [{ eventsOptions }, { runEvents }] = await Promise.all([import('./options.ts'), import('./run.ts')])
      return runEvents(readOptions(eventsOptions, given), terminal)
    }),
  )
}
