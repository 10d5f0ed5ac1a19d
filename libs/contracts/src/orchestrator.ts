import { z } from 'zod'
import { event, type EventsOf } from './define.ts'

const shops = { mode: z.enum(['sandbox', 'live']), shopDomain: z.string(), etsyShopId: z.string() }
const shopsOnly = z.strictObject(shops)

export const orchestratorEvents = {
  /** A merchant is known from now on, or has the app again; live or sandbox as a whole, for ever. */
  MerchantRegistered: event({
    aggregate: 'merchant',
    previous: [{ schema: shopsOnly, upcast: (data: z.infer<typeof shopsOnly>) => ({ ...data, at: null }) }],
    /** `at`: when somebody asked for it; null where that is not known. */
    schema: z.strictObject({ ...shops, at: z.iso.datetime().nullable() }),
  }),
  /** The shop removed the app; it stays known, since its redaction comes later. */
  MerchantUninstalled: event({ aggregate: 'merchant', schema: z.strictObject({ shopDomain: z.string() }) }),
  /** `autopilot`: nothing discretionary starts. `everything`: no call starts except one that lowers stock. */
  CallsStopped: event({
    aggregate: 'stop-switch',
    schema: z.strictObject({ level: z.enum(['autopilot', 'everything']), by: z.string(), reason: z.string() }),
  }),
  CallsResumed: event({ aggregate: 'stop-switch', schema: z.strictObject({ by: z.string() }) }),
  /** The personal data of a customer, or of the whole shop, is to become unreadable. Ids only. */
  ErasureOrdered: event({
    aggregate: 'erasure',
    schema: z.strictObject({
      scope: z.enum(['person', 'merchant']),
      customerId: z.string().nullable(),
      orderIds: z.array(z.string()),
      requestId: z.string(),
    }),
  }),
  /** The keys are gone; applied again after every restore. */
  KeysErased: event({ aggregate: 'erasure-effect', schema: z.strictObject({ keyIds: z.array(z.string()) }) }),
  /**
   * The log was put back as a backup had it: what happened to the merchant between that and this event is not in it. `erasures` counts the keys
   * that were deleted since and are deleted again; `register` tells whether anybody knew of any.
   */
  LogRestored: event({
    aggregate: 'restore',
    schema: z.strictObject({
      epoch: z.number().int().min(2),
      takenAt: z.iso.datetime(),
      lastSequence: z.number().int().nonnegative(),
      erasures: z.number().int().nonnegative(),
      register: z.enum(['found', 'missing']),
    }),
  }),
  /** A customer asked what is known of them; to be answered within 30 days (Shopify's requirement). */
  DataRequested: event({
    aggregate: 'data-request',
    schema: z.strictObject({ customerId: z.string(), orderIds: z.array(z.string()), requestId: z.string(), dueBy: z.iso.datetime() }),
  }),
  /** What is known was written to a file for the merchant to hand over. */
  DataExported: event({ aggregate: 'data-request-effect', schema: z.strictObject({ file: z.string(), sha256: z.string(), events: z.number().int() }) }),
  DataExportFailed: event({ aggregate: 'data-request-effect', schema: z.strictObject({ reason: z.string() }) }),
  /** A range of the log was sealed: `seal` is the hash of the signed seal, whose file stands outside of the log. */
  LogSealed: event({
    aggregate: 'seal',
    schema: z.strictObject({
      epoch: z.number().int().positive(), first: z.number().int().positive(), last: z.number().int().positive(), seal: z.string().length(64),
    }),
  }),
} as const

/** What may happen, and who said so. */
export type OrchestratorEvent = EventsOf<'orchestrator', typeof orchestratorEvents>
