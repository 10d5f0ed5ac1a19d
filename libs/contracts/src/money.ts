import { z } from 'zod'

/**
 * An amount of money as a whole number of the currency's minor units (cents for EUR, yen for JPY), written as a string so that
 * no reader turns it into a float, with its ISO 4217 currency.
 */
export const money = z.strictObject({
  minor: z.string().regex(/^(0|-?[1-9]\d*)$/, 'expected a whole number of minor units, such as "1999"'),
  currency: z.string().regex(/^[A-Z]{3}$/, 'expected an ISO 4217 code, such as "EUR"'),
})

/** See {@link money}. */
export type Money = z.infer<typeof money>

/**
 * Adds two amounts of one currency.
 * @throws RangeError when the currencies differ
 */
export const addMoney = (a: Money, b: Money): Money => {
  if (a.currency !== b.currency) throw new RangeError(`cannot add ${b.currency} to ${a.currency}: convert one of them first`)
  return { minor: String(BigInt(a.minor) + BigInt(b.minor)), currency: a.currency }
}
