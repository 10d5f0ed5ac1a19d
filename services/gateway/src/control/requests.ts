import { INSTALLATION, type GatewayEvent } from '@zyra/contracts'
import { z } from 'zod'

type Request = Extract<GatewayEvent, { type: `gateway.${string}Requested` }>

/** The shops that a merchant is to be registered with. */
export interface Introduction {
  readonly merchant: string
  readonly mode: 'sandbox' | 'live'
  readonly shopDomain: string
  readonly etsyShopId: string
}

/** What somebody asks for, whom it concerns, and which subjects will tell what came of it. */
export interface ControlRequest {
  /** Undefined: every merchant. {@link INSTALLATION}: the installation as a whole, with the merchants that come later. */
  readonly merchant: string | undefined
  readonly event: (requestId: string, by: string) => Request
  /** Service and aggregate of the outcome. */
  readonly outcome: { readonly service: string; readonly aggregate: string }
  /** Where the merchant need not be known yet: what is said of them. */
  readonly introduces?: Introduction
}

const merchant = z.string().regex(/^[A-Za-z0-9_-]+$/, 'expected letters, digits, "-" or "_"')
  .refine((name) => name !== INSTALLATION, `"${INSTALLATION}" stands for the installation; choose another name`)
const reason = z.string().max(500).default('')

/** Each thing that can be asked for, with the shape of its body. */
export const controlRequests = {
  register: {
    schema: z.strictObject({
      merchant,
      mode: z.enum(['sandbox', 'live']),
      shopDomain: z.string().regex(/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/, 'expected a domain such as demo.myshopify.com'),
      etsyShopId: z.string().regex(/^\d+$/, 'expected the digits of an Etsy shop id'),
    }),
    request: (body: Introduction): ControlRequest => ({
      merchant: body.merchant,
      event: (requestId, by) => ({
        type: 'gateway.RegistrationRequested',
        data: { requestId, by, mode: body.mode, shopDomain: body.shopDomain, etsyShopId: body.etsyShopId },
      }),
      outcome: { service: 'orchestrator', aggregate: 'merchant' },
      introduces: body,
    }),
  },
  stop: {
    schema: z.strictObject({ merchant: merchant.optional(), level: z.enum(['autopilot', 'everything']).default('everything'), reason }),
    request: (body: { merchant?: string | undefined; level: 'autopilot' | 'everything'; reason: string }): ControlRequest => ({
      merchant: body.merchant ?? INSTALLATION,
      event: (requestId, by) => ({ type: 'gateway.StopRequested', data: { requestId, by, level: body.level, reason: body.reason } }),
      outcome: { service: 'orchestrator', aggregate: 'stop-switch' },
    }),
  },
  resume: {
    schema: z.strictObject({ merchant: merchant.optional() }),
    request: (body: { merchant?: string | undefined }): ControlRequest => ({
      merchant: body.merchant ?? INSTALLATION,
      event: (requestId, by) => ({ type: 'gateway.ResumeRequested', data: { requestId, by } }),
      outcome: { service: 'orchestrator', aggregate: 'stop-switch' },
    }),
  },
  reconcile: {
    schema: z.strictObject({ merchant: merchant.optional() }),
    request: (body: { merchant?: string | undefined }): ControlRequest => ({
      merchant: body.merchant,
      event: (requestId, by) => ({ type: 'gateway.ReconcileRequested', data: { requestId, by } }),
      outcome: { service: 'inventory', aggregate: 'reconcile' },
    }),
  },
  buffer: {
    schema: z.strictObject({ merchant, inventoryItem: z.string().min(1), buffer: z.int().nonnegative() }),
    request: (body: { merchant: string; inventoryItem: string; buffer: number }): ControlRequest => ({
      merchant: body.merchant,
      event: (requestId, by) => ({ type: 'gateway.BufferChangeRequested', data: { requestId, by, inventoryItem: body.inventoryItem, buffer: body.buffer } }),
      outcome: { service: 'inventory', aggregate: 'stock' },
    }),
  },
  redrive: {
    schema: z.strictObject({ merchant, service: z.string().regex(/^[a-z]+$/), parkedId: z.string().min(1) }),
    request: (body: { merchant: string; service: string; parkedId: string }): ControlRequest => ({
      merchant: body.merchant,
      event: (requestId, by) => ({ type: 'gateway.RedriveRequested', data: { requestId, by, service: body.service, parkedId: body.parkedId } }),
      outcome: { service: body.service, aggregate: 'parked' },
    }),
  },
  discard: {
    schema: z.strictObject({ merchant, service: z.string().regex(/^[a-z]+$/), parkedId: z.string().min(1), reason: z.string().min(1).max(500) }),
    request: (body: { merchant: string; service: string; parkedId: string; reason: string }): ControlRequest => ({
      merchant: body.merchant,
      event: (requestId, by) => ({
        type: 'gateway.DiscardRequested',
        data: { requestId, by, service: body.service, parkedId: body.parkedId, reason: body.reason },
      }),
      outcome: { service: body.service, aggregate: 'parked' },
    }),
  },
} as const

type ControlName = keyof typeof controlRequests

/**
 * Reads a request.
 * @returns the request, or one sentence per field that is wrong
 */
export const readControlRequest = (name: string, body: unknown): ControlRequest | { readonly problems: readonly string[] } => {
  if (!Object.hasOwn(controlRequests, name)) return { problems: [`"${name}" cannot be asked for: expected one of ${Object.keys(controlRequests).join(', ')}.`] }
  const { schema, request } = controlRequests[name as ControlName]
  const parsed = schema.safeParse(body)
  if (!parsed.success) return { problems: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}.`) }
  return request(parsed.data as never)
}
