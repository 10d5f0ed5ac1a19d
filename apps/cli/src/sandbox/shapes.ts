import { z } from 'zod'

/** What Shopify's fake sells. */
export const shopifyState = z.object({
  shop: z.looseObject({ domain: z.string().optional() }),
  installed: z.boolean(),
  orders: z.number(),
  webhooksPending: z.number(),
  locations: z.array(z.looseObject({ id: z.string(), name: z.string() })),
  subscriptions: z.array(z.looseObject({ topic: z.string(), failuresInARow: z.number() })),
  variants: z.array(
    z.looseObject({
      sku: z.string().nullable(),
      available: z.number().nullable(),
      levels: z.array(z.looseObject({ available: z.number() })),
    }),
  ),
})

/** What Etsy's fake lists. */
export const etsyState = z.object({
  shopId: z.union([z.string(), z.number()]),
  orders: z.number(),
  rows: z.array(z.looseObject({ sku: z.string() })),
})

/** An order that was placed. */
export const placedOrder = z.object({
  channel: z.string(),
  orderId: z.string(),
  sku: z.string(),
  quantity: z.number(),
  now: z.looseObject({}).optional(),
})

/** How the gateway answered deliveries. */
export const delivered = z.object({
  url: z.string(),
  webhookId: z.string(),
  eventId: z.string().optional(),
  answers: z.array(z.object({ status: z.number().optional(), error: z.string().optional(), ms: z.number() })),
})

/** What goes wrong on purpose at one vendor. */
export const faultsState = z.object({
  plan: z.object({ seed: z.string(), faults: z.array(z.looseObject({ kind: z.string() })) }),
  counts: z.array(z.object({ fault: z.looseObject({ kind: z.string() }), considered: z.number(), struck: z.number() })),
})

/** The simulated customers. */
export const customersState = z.looseObject({ ordersPerMinute: z.number(), visits: z.number(), bought: z.number(), turnedAway: z.number() })
