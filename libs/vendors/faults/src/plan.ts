import { z } from 'zod'

const where = z.strictObject({
  /** `*` stands for any text; the query string is not looked at. For a webhook: the path of the receiver. */
  path: z.string().min(1).optional(),
  /** `*` stands for any text. For a request: the vendor's name of the operation. For a webhook: its topic. */
  operation: z.string().min(1).optional(),
  method: z.string().toUpperCase().optional(),
})

const common = {
  /** How likely it is that the fault strikes, 0 to 1. */
  probability: z.number().min(0).max(1).default(1),
  /** The fault may strike only the next n requests (or webhooks) that it matches; without it, all of them. */
  nextRequests: z.int().min(1).optional(),
  where: where.optional(),
}

const serverErrorStatus = z.int().min(500).max(599).default(503)
const milliseconds = z.int().min(0).max(24 * 60 * 60 * 1000)

/** One way to misbehave. Times are in milliseconds unless the name says otherwise. */
export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('latency'), ms: milliseconds, jitterMs: milliseconds.default(0), ...common }),
  /** Without `retryAfterSeconds` the answer has no Retry-After header. */
  z.strictObject({ kind: z.literal('rate-limit'), retryAfterSeconds: z.int().min(0).optional(), ...common }),
  z.strictObject({ kind: z.literal('server-error'), status: serverErrorStatus, ...common }),
  /** The request is carried out, and then answered with the error. */
  z.strictObject({ kind: z.literal('server-error-after-effect'), status: serverErrorStatus, ...common }),
  z.strictObject({ kind: z.literal('reset-before-effect'), ...common }),
  /** The request is carried out, and then the connection is reset instead of an answer. */
  z.strictObject({ kind: z.literal('reset-after-effect'), ...common }),
  z.strictObject({ kind: z.literal('expired-token'), ...common }),
  z.strictObject({ kind: z.literal('revoked-token'), ...common }),
  z.strictObject({ kind: z.literal('malformed-json'), ...common }),
  /** The vendor's clock is off by `ms` (may be negative) for as long as the fault is in the plan. */
  z.strictObject({ kind: z.literal('clock-skew'), ms: z.int().min(-86_400_000).max(86_400_000) }),
  z.strictObject({ kind: z.literal('drop-webhook'), ...common }),
  z.strictObject({
    kind: z.literal('duplicate-webhook'),
    copies: z.int().min(1).max(10).default(1),
    afterMs: milliseconds.default(0),
    ...common,
  }),
  z.strictObject({ kind: z.literal('delay-webhook'), ms: milliseconds, jitterMs: milliseconds.default(0), ...common }),
  /** Held back until `behind` later webhooks were sent, but no longer than `maxWaitMs`. */
  z.strictObject({
    kind: z.literal('reorder-webhook'),
    behind: z.int().min(1).max(100).default(1),
    maxWaitMs: milliseconds.default(5000),
    ...common,
  }),
])

/** What goes wrong, and from which seed: the same plan and the same requests in the same order fail in the same places. */
export const faultPlanSchema = z.strictObject({
  seed: z.string().min(1).default('zyra'),
  faults: z.array(faultSchema).max(100).default([]),
})

export type Fault = z.infer<typeof faultSchema>
export type FaultPlan = z.infer<typeof faultPlanSchema>
export type FaultPlanInput = z.input<typeof faultPlanSchema>
export type FaultKind = Fault['kind']
export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>
/** The faults that strike now and then, as opposed to clock skew, which holds all the time. */
export type StrikingKind = Exclude<FaultKind, 'clock-skew'>

/** What a fault can be aimed at: one request, or one webhook (path of the receiver, topic as operation). */
export type FaultTarget = { readonly path: string; readonly operation: string; readonly method: string }

/** Whether the fault is aimed at this target. A fault without `where` is aimed at everything. */
export const isAimedAt = (fault: FaultOf<StrikingKind>, target: FaultTarget): boolean => {
  const { path, operation, method } = fault.where ?? {}
  return (
    (path === undefined || glob(path).test(target.path)) &&
    (operation === undefined || glob(operation).test(target.operation)) &&
    (method === undefined || method === target.method.toUpperCase())
  )
}

const glob = (pattern: string): RegExp =>
  new RegExp(`^${pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`)
