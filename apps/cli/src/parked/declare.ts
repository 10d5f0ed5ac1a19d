import type { Command } from 'commander'
import { z } from 'zod'
import { withExamples, withJson, type Tools } from '../base/declare.ts'
import { commonOptions, readOptions } from '../base/options.ts'

const options = z.strictObject(commonOptions)
const discardOptions = z.strictObject({ ...commonOptions, reason: z.string().min(1).max(500).meta({ expected: 'a text of at most 500 characters' }) })
const redriveOptions = z.strictObject({ ...commonOptions, all: z.boolean().default(false) })

/** Declares `zyra parked`. */
export const declareParked = (program: Command, { terminal, ends }: Tools): void => {
  const parked = program
    .command('parked')
    .summary('what was given up on, and trying it again')
    .description(
      [
        'A handler that fails five times on an aggregate gives up on it and goes on with the rest. What waits there is parked,',
        'with its error, until somebody redrives it, so that it is handled again, in order, or discards it.',
      ].join(' '),
    )
  const load = () => import('./run.ts')

  const list = parked.command('list', { isDefault: true }).description('Lists what is parked.')
  withJson(list).action((given: unknown) => ends(async () => (await load()).runParkedList(readOptions(options, given), terminal)))

  const show = parked
    .command('show')
    .description('Shows what waits in one lot, and why.')
    .argument('<id>', 'the id of the lot, or how it begins')
  withJson(show).action((id: string, given: unknown) =>
    ends(async () => (await load()).runParkedShow(id, readOptions(options, given), terminal)),
  )

  const redrive = parked
    .command('redrive')
    .description('Handles what waits again, in order, and tells how it went.')
    .argument('[id]', 'the id of the lot, or how it begins')
    .option('--all', 'every lot; with an id, every lot whose id begins so')
  withJson(redrive).action((id: string | undefined, given: unknown) =>
    ends(async () => (await load()).runParkedRedrive(id, readOptions(redriveOptions, given), terminal)),
  )

  const discard = parked
    .command('discard')
    .description('Sets aside what waits in one lot: it is never done, and what comes after it goes on. Who did it and why stands in the log.')
    .argument('<id>', 'the id of the lot, or how it begins')
    .requiredOption('--reason <text>', 'why, in your words; it has to be given, and names nobody')
  withJson(discard).action((id: string, given: unknown) =>
    ends(async () => (await load()).runParkedDiscard(id, readOptions(discardOptions, given), terminal)),
  )

  withExamples(parked, [
    ['parked', 'what is parked'],
    ['parked show set-etsy', 'why, and what waits; the beginning of an id is enough'],
    ['parked redrive set-etsy', 'try again'],
    ['parked redrive set-etsy --all', 'all lots of one handler'],
    ['parked discard set-etsy --reason "the listing is gone"', 'never do it'],
  ])
}
