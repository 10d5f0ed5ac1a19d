import { z } from 'zod'
import { commonOptions, someText } from '../base/options.ts'

/** The options of `zyra audit verify`, as typed. */
export const verifyOptions = z.strictObject({
  ...commonOptions,
  against: someText.optional(),
  key: z.array(z.string().regex(/^[0-9a-f]{64}$/)).optional().meta({ expected: 'public keys of 64 hexadecimal digits' }),
})

/** The options of `zyra audit export`, as typed. */
export const exportOptions = z.strictObject({ ...commonOptions, out: someText.optional(), personal: z.boolean().default(false) })

/** The options of `zyra audit seal`, as typed. */
export const sealOptions = z.strictObject({ ...commonOptions })
