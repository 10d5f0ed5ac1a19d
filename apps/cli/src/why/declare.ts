import type { Command } from 'commander'
import { withExamples, withJson, type Tools } from '../base/declare.ts'
import { readOptions } from '../base/options.ts'

/** Declares `zyra why`. */
export const declareWhy = (program: Command, { terminal, ends }: Tools): void => {
  const command = program
    .command('why')
    .summary('the chain behind an event, an effect or an item')
    .description(
      [
        'Explains: what entered, which policies looked at it, what was decided on what, what was tried outside, and what the',
        'vendor answered, with the times between. What else came of the same cause is folded into one line each.',
      ].join(' '),
    )
    .argument('<event>', 'a sequence (1234), the id of an event, an effect or a delivery or how it begins, or a SKU (its last decision)')
    .option('--all', 'also what came of the same causes and has no part in it')
    .option('--personal', 'decrypt personal data (with --json)')
  withExamples(withJson(command), [
    ['why 1234', 'the chain that event 1234 belongs to'],
    ['why bde9', 'the same, by the beginning of an id, or of a delivery (X-Shopify-Webhook-Id)'],
    ['why 1234 --all', 'with everything else that came of the same cause'],
    ['why MUG-BLUE', 'why Etsy sells as many of them as it does'],
  ]).action((meant: string, given: unknown) =>
    ends(async () => {
      const { runWhy, whyOptions } = await import('./run.ts')
      return runWhy(meant, readOptions(whyOptions, given), terminal)
    }),
  )
}
