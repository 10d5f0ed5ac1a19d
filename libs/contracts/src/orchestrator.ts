import { z } from 'zod'
import { event, type EventsOf } from './define.ts'
import { ids, mode, reason, stopLevel, time } from './fields.ts'

const by = z.string().describe('Who said so, as the gateway knows them.')
const customerId = z.string().describe("Shopify's id of the customer.")
const orderIds = z.array(z.string().describe("Shopify's id of an order.")).describe('The orders that Shopify names with the customer.')
const requestId = z.string().describe("Shopify's name of the business event that asked for it, or of the delivery.")

const sequence = z.number().int().positive().meta({ 'x-unit': 'sequence' })

const shopsOnly = z.strictObject({ mode, shopDomain: ids.shopDomain, etsyShopId: ids.etsyShopId })

export const orchestratorEvents = {
  MerchantRegistered: event({
    aggregate: 'merchant',
    previous: [{ schema: shopsOnly, upcast: (data: z.infer<typeof shopsOnly>) => ({ ...data, at: null }) }],
    schema: shopsOnly.extend({ at: time.nullable().describe('When somebody asked for it; null where that is not known.') })
      .describe('A merchant is known from now on, or has the app again; live or sandbox as a whole, for ever.'),
  }),
  MerchantUninstalled: event({
    aggregate: 'merchant',
    schema: z.strictObject({ shopDomain: ids.shopDomain }).describe('The shop removed the app; it stays known, since its redaction comes later.'),
  }),
  CallsStopped: event({
    aggregate: 'stop-switch',
    schema: z.strictObject({ level: stopLevel, by, reason: z.string().describe('Why, in their words; may be empty. Never personal.') })
      .describe('Calls to the outside are stopped, at this level.'),
  }),
  CallsResumed: event({ aggregate: 'stop-switch', schema: z.strictObject({ by }).describe('Calls to the outside go again.') }),
  ErasureOrdered: event({
    aggregate: 'erasure',
    schema: z.strictObject({
      scope: z.enum(['person', 'merchant']).describe('One customer, or everything of the shop.'),
      customerId: customerId.nullable().describe("Shopify's id of the customer; null where the scope is the shop."),
      orderIds,
      requestId,
    }).describe('The personal data of a customer, or of the whole shop, is to become unreadable. Ids only.'),
  }),
  KeysErased: event({
    aggregate: 'erasure-effect',
    schema: z.strictObject({
      keyIds: z.array(ids.keyId).describe('Every key that is gone, those deleted earlier included; a key of the shop stands for all below it.'),
    }).describe('The keys are gone, and what they encrypted is unreadable; applied again after every restore.'),
  }),
  LogRestored: event({
    aggregate: 'restore',
    schema: z.strictObject({
      epoch: z.number().int().min(2).describe('The number of the life of the log that begins with it.'),
      takenAt: time.describe('When the backup was taken.'),
      lastSequence: z.number().int().nonnegative().meta({ 'x-unit': 'sequence' }).describe('The last event that the backup had.'),
      erasures: z.number().int().nonnegative().meta({ 'x-unit': 'keys' }).describe('How many keys were deleted since the backup and are deleted again.'),
      register: z.enum(['found', 'missing']).describe('Whether anybody knew which keys were deleted since.'),
    }).describe('The log was put back as a backup had it: what happened to the merchant between that and this event is not in it.'),
  }),
  DataRequested: event({
    aggregate: 'data-request',
    schema: z.strictObject({
      customerId, orderIds, requestId,
      dueBy: time.describe("When the answer is due: 30 days after the request (Shopify's requirement)."),
    }).describe('A customer asked what is known of them.'),
  }),
  DataExported: event({
    aggregate: 'data-request-effect',
    schema: z.strictObject({
      file: z.string().describe('Path of the file within the data folder.'),
      sha256: z.string().describe('SHA-256 of the file, in hex.'),
      events: z.number().int().meta({ 'x-unit': 'events' }).describe('How many events the file holds.'),
    }).describe('What is known of a customer was written to a file for the merchant to hand over.'),
  }),
  DataExportFailed: event({
    aggregate: 'data-request-effect',
    schema: z.strictObject({ reason }).describe('What is known of a customer could not be written to a file.'),
  }),
  LogSealed: event({
    aggregate: 'seal',
    schema: z.strictObject({
      epoch: z.number().int().positive().describe('The number of the life of the log that the range is of.'),
      first: sequence.describe('The first event of the range.'),
      last: sequence.describe('The last event of the range.'),
      seal: z.string().length(64).describe('The hash of the signed seal, in hex; its file stands outside of the log.'),
    }).describe('A range of the log was sealed.'),
  }),
} as const

/** What may happen, and who said so. */
export type OrchestratorEvent = EventsOf<'orchestrator', typeof orchestratorEvents>
