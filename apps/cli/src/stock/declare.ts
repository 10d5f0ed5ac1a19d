import type { Command } from 'commander'
import { withExamples, withJson, type Tools } from '../base/declare.ts'
import { readOptions } from '../base/options.ts'

/** Declares `zyra stock`. */
export const declareStock = (program: Command, { terminal, ends }: Tools): void => {
  const command = program
    .command('stock')
    .summary('every item on both channels; one item, and why')
    .description('Shows what Shopify has, what was decided that Etsy sells, and what Etsy sells.')
    .argument('[sku]', 'one item, by its SKU or the id of its inventory item')
    .option('--why', 'explain its number: the last decision and the chain that led to it')
    .option('--all', 'with --why: also what came of the same causes and has no part in it')
    .option('--as-of <moment>', 'as it was then: a sequence, or a time such as 07:30, 2026-11-20 or 15m (ago)')
    .option('--buffer <count>', 'keep so many off Etsy: below them it sells nothing')
    .option('--merchant <name>', 'only of this merchant')
  withExamples(withJson(command), [
    ['stock', 'every item'],
    ['stock MUG-BLUE --why', 'why Etsy sells as many as it does'],
    ['stock MUG-BLUE --as-of 15m', 'what was known 15 minutes ago'],
    ['stock MUG-BLUE --buffer 3', 'keep three off Etsy'],
  ]).action((sku: string | undefined, given: unknown) =>
    ends(async () => {
      const [{ stockOptions }, { runStock }] = await Promise.all([import('./options.ts'), import('./run.ts')])
      return runStock(sku, readOptions(stockOptions, given), terminal)
    }),
  )
}
