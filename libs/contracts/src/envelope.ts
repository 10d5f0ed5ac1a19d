import { z } from 'zod'

const uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'expected a UUID')
const token = z.string().min(1)

/**
 * What stands around every event: a CloudEvent (v1.0, NATS binary mode) and what Zyra adds to explain and replay it.
 * None of it may hold personal data.
 */
export const envelope = z.strictObject({
  id: uuid,
  /** `<service>.<Event>` */
  type: z.string().regex(/^[a-z]+\.[A-Z]\w*$/, 'expected <service>.<Event>'),
  /** `zyra/<merchant>/<service>/<aggregate>/<id>`, ids as they are, not encoded. */
  source: z.string().startsWith('zyra/'),
  time: z.iso.datetime(),
  version: z.number().int().positive(),
  correlationId: uuid,
  causationId: uuid,
  traceparent: z.string().optional(),
  actor: token,
  /** The command that was decided on, whole, on the first event of a decision. */
  command: z.string().optional(),
  /** The declared name of the handler that caused it: a policy, a reactor, or a receiver at the edge. */
  handler: token,
  /** Which event of its decision this is, from 0. */
  index: z.number().int().nonnegative(),
  deciderVersion: z.number().int().nonnegative(),
  /** Raised by every redrive, so that what is decided again has ids of its own. */
  attempt: z.number().int().positive(),
  backfill: z.boolean(),
  /** A restored log starts a new one. */
  epoch: z.number().int().positive(),
})

/** See {@link envelope}. */
export type Envelope = z.infer<typeof envelope>

/** The merchant under whose name stands what belongs to the installation as a whole. */
export const INSTALLATION = '_'
