import { z } from 'zod'
import { wrongUsage } from '../base/failure.ts'
import { commonOptions, someText, wholeNumber } from '../base/options.ts'

/** The options of `zyra stock`, as typed. */
export const stockOptions = z.strictObject({
  ...commonOptions,
  merchant: someText.optional(),
  why: z.boolean().default(false),
  all: z.boolean().default(false),
  asOf: someText.optional(),
  buffer: wholeNumber(0).optional(),
})

/** The options of `zyra stock`. */
export type StockOptions = z.infer<typeof stockOptions>

/** @throws Failure (exit code 2) for options that do not go together */
export const checkStock = (sku: string | undefined, { why, all, asOf, buffer }: StockOptions): void => {
  const single = why ? '--why' : buffer === undefined ? undefined : '--buffer'
  if (single !== undefined && sku === undefined)
    throw wrongUsage(
      `${single} is about one item: name its SKU, as in "npx zyra stock MUG-BLUE ${single}${buffer === undefined ? '' : ` ${buffer}`}".`,
    )
  if (asOf !== undefined && (why || buffer !== undefined))
    throw wrongUsage(`--as-of shows what was; it does not go together with ${why ? '--why' : '--buffer'}.`)
  if (all && !why) throw wrongUsage('--all is about the chain that --why shows: give both.')
  if (why && buffer !== undefined) throw wrongUsage('--why and --buffer do not go together: change the buffer first, then ask why.')
}
