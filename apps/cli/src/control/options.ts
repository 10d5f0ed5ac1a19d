import { z } from 'zod'
import { commonOptions, oneOf, someText } from '../base/options.ts'

/** The options of `zyra stop`, as typed. */
export const stopOptions = z.strictObject({
  ...commonOptions,
  level: oneOf(['autopilot', 'everything']).default('everything'),
  reason: z.string().max(500).default('').meta({ expected: 'a text of at most 500 characters' }),
  merchant: someText.optional(),
})

/** The options of `zyra resume`, as typed. */
export const resumeOptions = z.strictObject({ ...commonOptions, merchant: someText.optional() })

/** The options of `zyra reconcile`, as typed. */
export const reconcileOptions = z.strictObject({ ...commonOptions, merchant: someText.optional() })
