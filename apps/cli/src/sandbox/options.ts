import { z } from 'zod'
import { wrongUsage } from '../base/failure.ts'
import { commonOptions, oneOf, someText, wholeNumber } from '../base/options.ts'

/** The vendors that the sandbox plays. */
export const VENDORS = ['shopify', 'etsy'] as const
export type Vendor = (typeof VENDORS)[number]

/** The faults that both fakes know, each with the fields of its own; what they mean stands in the help. */
export const FAULTS = {
  latency: ['ms', 'jitter'],
  'rate-limit': ['retryAfter'],
  'server-error': ['status'],
  'server-error-after-effect': ['status'],
  'reset-before-effect': [],
  'reset-after-effect': [],
  'expired-token': [],
  'revoked-token': [],
  'malformed-json': [],
  'clock-skew': ['ms'],
  'drop-webhook': [],
  'duplicate-webhook': ['copies', 'ms'],
  'delay-webhook': ['ms', 'jitter'],
  'reorder-webhook': ['behind', 'ms'],
} as const satisfies Readonly<Record<string, readonly FaultField[]>>

type FaultField = 'ms' | 'jitter' | 'retryAfter' | 'status' | 'copies' | 'behind'
const FIELDS = ['ms', 'jitter', 'retryAfter', 'status', 'copies', 'behind'] as const

const wholeOfAnySign = z
  .string()
  .regex(/^-?\d{1,9}$/)
  .transform(Number)
  .meta({ expected: 'a whole number' })

/** The options of `zyra sandbox order`, as typed. */
export const orderOptions = z.strictObject({
  ...commonOptions,
  channel: oneOf(VENDORS).default('shopify'),
  quantity: wholeNumber(1).default(1),
})

/** The options of `zyra sandbox webhook`, as typed. */
export const webhookOptions = z.strictObject({
  ...commonOptions,
  body: someText,
  id: someText.optional(),
  eventId: someText.optional(),
  triggeredAt: someText.optional(),
  times: wholeNumber(1).default(1),
})

/** The options of `zyra sandbox fault`, as typed. */
export const faultOptions = z.strictObject({
  ...commonOptions,
  probability: z
    .string()
    .regex(/^(0(\.\d+)?|1(\.0+)?)$/)
    .transform(Number)
    .meta({ expected: 'a number from 0 to 1' })
    .optional(),
  next: wholeNumber(1).optional(),
  path: someText.optional(),
  operation: someText.optional(),
  ms: wholeOfAnySign.optional(),
  jitter: wholeNumber(0).optional(),
  retryAfter: wholeNumber(0).optional(),
  status: wholeNumber(500).optional(),
  copies: wholeNumber(1).optional(),
  behind: wholeNumber(1).optional(),
  clear: z.boolean().default(false),
})

/** The options of `zyra sandbox state`, as typed. */
export const stateOptions = z.strictObject({ ...commonOptions, sku: someText.optional() })

/** The options of the commands that take none but `--json`. */
export const plainOptions = z.strictObject(commonOptions)

/** @throws Failure (exit code 2) for any other vendor */
export const readVendor = (typed: string): Vendor => {
  const vendor = VENDORS.find((each) => each === typed)
  if (vendor !== undefined) return vendor
  throw wrongUsage(`The vendor: expected ${VENDORS.join(' or ')}, found "${typed}".`)
}

/** @throws Failure (exit code 2) for what is no rate */
export const readRate = (typed: string): number => {
  if (/^\d{1,4}(\.\d+)?$/.test(typed) && Number(typed) <= 6_000) return Number(typed)
  throw wrongUsage(`The rate: expected orders per minute from 0 to 6000, found "${typed}".`)
}

const isFault = (kind: string): kind is keyof typeof FAULTS => Object.hasOwn(FAULTS, kind)

/** How the fakes call a field, by the kind of fault. */
const nameIn = (kind: string, field: FaultField): string => {
  if (field === 'jitter') return 'jitterMs'
  if (field === 'retryAfter') return 'retryAfterSeconds'
  if (field !== 'ms') return field
  return kind === 'duplicate-webhook' ? 'afterMs' : kind === 'reorder-webhook' ? 'maxWaitMs' : 'ms'
}

/**
 * The fault as the sandbox takes it.
 * @throws Failure (exit code 2) for an unknown kind, or an option that this kind does not have
 */
export const faultFrom = (kind: string, options: z.infer<typeof faultOptions>): object => {
  if (!isFault(kind)) throw wrongUsage(`The fault: expected one of ${Object.keys(FAULTS).join(', ')}, found "${kind}".`)
  const allowed: readonly FaultField[] = FAULTS[kind]
  const given = FIELDS.filter((field) => options[field] !== undefined)
  const wrong = given.find((field) => !allowed.includes(field))
  if (wrong !== undefined)
    throw wrongUsage(
      `--${wrong === 'retryAfter' ? 'retry-after' : wrong}: ${kind} has no such option${allowed.length === 0 ? '' : `; it has --${allowed.join(', --')}`}.`,
    )
  const { probability, next, path, operation } = options
  const where = { ...(path === undefined ? {} : { path }), ...(operation === undefined ? {} : { operation }) }
  return {
    kind,
    ...Object.fromEntries(given.map((field) => [nameIn(kind, field), options[field]])),
    ...(probability === undefined ? {} : { probability }),
    ...(next === undefined ? {} : { nextRequests: next }),
    ...(Object.keys(where).length === 0 ? {} : { where }),
  }
}
