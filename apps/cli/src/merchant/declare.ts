import type { Command } from 'commander'
import { withExamples, withJson, type Tools } from '../base/declare.ts'
import { readOptions } from '../base/options.ts'

/** Declares `zyra merchant`. */
export const declareMerchant = (program: Command, { terminal, ends }: Tools): void => {
  const merchant = program
    .command('merchant')
    .summary('the merchants, and registering one')
    .description('Registers merchants, and shows them. A merchant is live or sandbox as a whole and for ever: one shop on Shopify, one on Etsy.')
  const load = async () => {
    const [options, run] = await Promise.all([import('./options.ts'), import('./run.ts')])
    return { ...options, ...run }
  }

  const list = merchant.command('list', { isDefault: true }).description('Lists the merchants: their mode, their shops, and whether calls go out for them.')
  withJson(list).action((given: unknown) =>
    ends(async () => {
      const { lookOptions, runMerchantList } = await load()
      return runMerchantList(readOptions(lookOptions, given), terminal)
    }),
  )

  const show = merchant.command('show').description('Shows one merchant, and which credentials are set. No credential is shown.').argument('<name>', 'the name')
  withJson(show).action((name: string, given: unknown) =>
    ends(async () => {
      const { lookOptions, runMerchantShow } = await load()
      return runMerchantShow(name, readOptions(lookOptions, given), terminal)
    }),
  )

  const add = merchant
    .command('add')
    .description(
      [
        'Registers a merchant, registers one anew that removed the app and came back, or gives one other credentials or shops.',
        '\n\nA live merchant needs credentials: in .env (one live merchant), or their own, which are kept in the data folder for its owner only.',
        'They are asked for on a terminal, without showing what is typed, or read from a file or from standard input: lines as in .env.',
        'They are never taken from the command line, where others could read them.',
      ].join(' '),
    )
    .argument('<name>', 'how to call the merchant: letters, digits, "-" or "_"')
    .requiredOption('--mode <mode>', 'live or sandbox, for ever')
    .requiredOption('--shop <domain>', 'the shop on Shopify, such as clay-and-kiln.myshopify.com')
    .requiredOption('--etsy-shop <id>', 'the shop on Etsy, by the digits of its id')
    .option('--credentials <file>', 'the credentials of a live merchant; - for standard input')
  withJson(add).action((name: string, given: unknown) =>
    ends(async () => {
      const { addOptions, runMerchantAdd } = await load()
      return runMerchantAdd(name, readOptions(addOptions, given), terminal)
    }),
  )

  withExamples(merchant, [
    ['merchant', 'who is registered'],
    ['merchant show clay', 'one of them'],
    ['merchant add clay --mode live --shop clay.myshopify.com --etsy-shop 456', 'asks for credentials'],
    ['merchant add clay --mode live ... --credentials clay.env', 'takes them from a file'],
  ])
}
