import { z } from 'zod'
import { numericId } from './ids.ts'
import { instant } from './webhooks/instant.ts'

const id = z.string().transform((value, context) => {
  try {
    return numericId(value)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
    return z.NEVER
  }
})
const time = z.string().transform((value, context) => {
  const found = instant(value)
  if (found !== undefined) return found
  context.addIssue({ code: 'custom', message: 'expected an RFC 3339 time' })
  return z.NEVER
})
const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() })
const page = <T extends z.ZodType>(node: T) => z.object({ nodes: z.array(node), pageInfo })

const level = z.object({
  location: z.object({ id, name: z.string() }),
  updatedAt: time,
  quantities: z.array(z.object({ name: z.string(), quantity: z.int(), updatedAt: time.nullable() })),
})
const item = z.object({ id, sku: z.string().nullable(), tracked: z.boolean(), updatedAt: time, inventoryLevels: page(level) })
export type ItemShape = z.infer<typeof item>
export type LevelShape = z.infer<typeof level>

export const variantsData = z.object({
  productVariants: page(z.object({
    id,
    title: z.string(),
    sku: z.string().nullable(),
    inventoryPolicy: z.enum(['DENY', 'CONTINUE']),
    product: z.object({ id, title: z.string() }),
    inventoryItem: item,
  })),
})
export const itemData = z.object({ inventoryItem: item.nullable() })

const userErrors = z.array(z.object({ code: z.string().nullish(), field: z.array(z.string()).nullish(), message: z.string() }))
const changed = z.object({ inventoryAdjustmentGroup: z.object({ id: z.string(), createdAt: time }).nullable(), userErrors }).nullable()
export type ChangedShape = z.infer<typeof changed>
export const adjustData = z.object({ inventoryAdjustQuantities: changed }).transform((data) => data.inventoryAdjustQuantities)
export const setData = z.object({ inventorySetQuantities: changed }).transform((data) => data.inventorySetQuantities)

const subscription = z.object({ id, topic: z.string(), uri: z.string(), createdAt: time, apiVersion: z.object({ handle: z.string() }) })
export const subscriptionsData = z.object({ webhookSubscriptions: page(subscription) })
export type SubscriptionShape = z.infer<typeof subscription>
const created = z.object({ webhookSubscription: subscription.nullable(), userErrors })
export const subscribeData = z.object({ webhookSubscriptionCreate: created.nullable() })
  .transform((data) => data.webhookSubscriptionCreate)
export const unsubscribeData = z.object({ webhookSubscriptionDelete: z.object({ userErrors }).nullable() })
  .transform((data) => data.webhookSubscriptionDelete)

const line = z.object({ id, sku: z.string().nullable(), quantity: z.int(), currentQuantity: z.int(), variant: z.object({ id }).nullable() })
const order = z.object({
  id,
  name: z.string(),
  createdAt: time,
  updatedAt: time,
  cancelledAt: time.nullable(),
  lineItems: z.object({ nodes: z.array(line), pageInfo: z.object({ hasNextPage: z.boolean() }) }),
})
export type OrderShape = z.infer<typeof order>
export const ordersData = z.object({ orders: page(order) })
export const shopData = z.object({ shop: z.object({ id, name: z.string(), myshopifyDomain: z.string(), currencyCode: z.string() }) })
