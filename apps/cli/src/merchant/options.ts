import { z } from 'zod'
import { commonOptions, oneOf, someText } from '../base/options.ts'

/** The options of `zyra merchant add`, as typed. */
export const addOptions = z.strictObject({
  ...commonOptions,
  mode: oneOf(['live', 'sandbox']),
  shop: z.string().regex(/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/).meta({ expected: "the shop's domain, such as clay-and-kiln.myshopify.com" }),
  etsyShop: z.string().regex(/^\d+$/).meta({ expected: 'the digits of an Etsy shop id' }),
  credentials: someText.optional(),
})

/** The options of `zyra merchant add`. */
export type AddOptions = z.infer<typeof addOptions>

/** The options of `zyra merchant list` and `zyra merchant show`, as typed. */
export const lookOptions = z.strictObject(commonOptions)
