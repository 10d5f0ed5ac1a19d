import type { Command } from 'commander'
import { withExamples, withJson, type Tools } from '../base/declare.ts'
import { readOptions } from '../base/options.ts'

const VENDOR = ['<vendor>', 'shopify or etsy'] as const

const FAULTS = `
Faults of requests:
  latency                    --ms, --jitter: answers late
  rate-limit                 --retry-after (seconds; without it there is no such header): 429
  server-error               --status: 5xx, and nothing is done
  server-error-after-effect  --status: done, and answered 5xx all the same
  reset-before-effect        the connection breaks, and nothing is done
  reset-after-effect         done, and the connection breaks instead of an answer
  expired-token              the token has expired
  revoked-token              the token was revoked
  malformed-json             half an answer
Faults of webhooks:
  drop-webhook               never sent
  duplicate-webhook          --copies, --ms: sent again
  delay-webhook              --ms, --jitter: sent late
  reorder-webhook            --behind, --ms: held back until so many others were sent
And clock-skew --ms: the vendor's clock is off.`

const declareTrade = (sandbox: Command, { terminal, ends }: Tools): void => {
  const load = () => Promise.all([import('./options.ts'), import('./run.ts')])
  const order = sandbox
    .command('order')
    .description('Orders something, as a customer would, and tells what that does to Etsy.')
    .argument('<sku>', 'what to order')
    .option('--channel <channel>', 'shopify or etsy', 'shopify')
    .option('--quantity <count>', 'how many', '1')
  withJson(order).action((sku: string, given: unknown) =>
    ends(async () => {
      const [{ orderOptions }, { runOrder }] = await Promise.all([import('./options.ts'), import('./order.ts')])
      return runOrder(sku, readOptions(orderOptions, given), terminal)
    }),
  )

  const customers = sandbox
    .command('customers')
    .description('Tells how many customers come, or sets it.')
    .argument('[per-minute]', 'how many come per minute on average; 0 stops them')
  withJson(customers).action((rate: string | undefined, given: unknown) =>
    ends(async () => {
      const [{ plainOptions }, { runCustomers }] = await load()
      return runCustomers(rate, readOptions(plainOptions, given), terminal)
    }),
  )

  const state = sandbox
    .command('state')
    .description('Shows what a vendor knows: stock, orders, writes.')
    .argument(...VENDOR)
    .option('--sku <sku>', 'only this one')
  withJson(state).action((vendor: string, given: unknown) =>
    ends(async () => {
      const [{ stateOptions }, { runState }] = await load()
      return runState(vendor, readOptions(stateOptions, given), terminal)
    }),
  )
}

const declareTrouble = (sandbox: Command, { terminal, ends }: Tools): void => {
  const load = () => Promise.all([import('./options.ts'), import('./run.ts')])
  const webhook = sandbox
    .command('webhook')
    .description('Signs a body as the vendor does and delivers it to the gateway, byte for byte.')
    .argument(...VENDOR)
    .argument('<topic>', 'such as inventory_levels/update; for Etsy the body tells it')
    .requiredOption('--body <file>', 'the body; - for standard input')
    .option('--id <id>', "the delivery's id; the same id twice is one delivery (made up unless given)")
    .option('--event-id <id>', "Shopify's id of the business event")
    .option('--triggered-at <time>', 'when the vendor triggered it, such as 2026-11-20T07:30:00Z')
    .option('--times <count>', 'how often the same delivery is sent', '1')
  withExamples(withJson(webhook), [
    ['sandbox webhook shopify inventory_levels/update --body level.json', 'one delivery'],
    ['sandbox webhook shopify orders/create --body order.json --id a1 --times 3', 'the same one three times'],
  ]).action((vendor: string, topic: string, given: unknown) =>
    ends(async () => {
      const [{ webhookOptions }, { runWebhook }] = await load()
      return runWebhook(vendor, topic, readOptions(webhookOptions, given), terminal)
    }),
  )

  const fault = sandbox
    .command('fault')
    .description('Lets something go wrong at a vendor from now on, or takes all faults away.')
    .argument(...VENDOR)
    .argument('[fault]', 'one of those below')
    .option('--probability <number>', 'how likely it strikes, from 0 to 1 (1)')
    .option('--next <count>', 'only the next so many requests or webhooks')
    .option('--path <pattern>', 'only requests to this path; * stands for any text')
    .option('--operation <pattern>', "only this operation of the vendor's, or this topic")
    .option('--ms <ms>', 'a time in ms')
    .option('--jitter <ms>', 'and at most so many ms more')
    .option('--retry-after <seconds>', 'for how long the vendor asks to be left alone')
    .option('--status <status>', 'the status of a server error (503)')
    .option('--copies <count>', 'how many more (1)')
    .option('--behind <count>', 'behind how many others (1)')
    .option('--clear', 'take all faults of this vendor away')
    .addHelpText('after', FAULTS)
  withExamples(withJson(fault), [
    ['sandbox fault etsy server-error --probability 0.3', 'three of ten requests fail'],
    ['sandbox fault shopify drop-webhook --next 5', 'the next five webhooks are lost'],
    ['sandbox fault etsy --clear', 'all is well again'],
  ]).action((vendor: string, kind: string | undefined, given: unknown) =>
    ends(async () => {
      const [{ faultOptions }, { runFault }] = await load()
      return runFault(vendor, kind, readOptions(faultOptions, given), terminal)
    }),
  )

  withJson(sandbox.command('faults').description('Lists what goes wrong on purpose, and how often it struck.')).action((given: unknown) =>
    ends(async () => {
      const [{ plainOptions }, { runFaults }] = await load()
      return runFaults(readOptions(plainOptions, given), terminal)
    }),
  )
}

/** Declares `zyra sandbox`. */
export const declareSandbox = (program: Command, tools: Tools): void => {
  const sandbox = program
    .command('sandbox')
    .summary('order, deliver webhooks and break things in the demo shop')
    .description('The sandbox plays Shopify and Etsy for a demo shop. Nothing of it reaches a real shop.')
  declareTrade(sandbox, tools)
  declareTrouble(sandbox, tools)
  withExamples(sandbox, [
    ['sandbox order MUG-BLUE', 'a customer buys a mug on Shopify'],
    ['sandbox customers 60', 'one customer a second'],
    ['sandbox state etsy --sku MUG-BLUE', 'what Etsy sells of it'],
  ])
}
