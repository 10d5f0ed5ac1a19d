import type { z } from 'zod'
import { inventoryItemLevels, variantsPage, webhookSubscriptions, type Document } from './documents.ts'
import { fail, succeed, userErrorsToError, type ShopifyResult, type UserError } from './errors.ts'
import { gid } from './ids.ts'
import type { ItemStock, Order, Page, Read, StockLevel, Subscription, VariantStock, Written } from './model.ts'
import {
  itemData, subscriptionsData, variantsData, type ChangedShape, type ItemShape, type LevelShape, type OrderShape, type SubscriptionShape,
} from './shapes.ts'
import { isMutation, type CallOptions, type Transport } from './transport.ts'

/** Sends a document and reads its data by a schema. */
export type Call = <T>(document: Document, variables: Readonly<Record<string, unknown>>, schema: z.ZodType<T>, options?: CallOptions) =>
  Promise<ShopifyResult<Read<T>>>

/** Calls through a transport; an answer that does not fit the schema is `malformed`. */
export const createCall = (transport: Transport): Call => async (document, variables, schema, options) => {
  const answer = await transport(document, variables, options)
  if (!answer.ok) return answer
  const { data, asOf, servedVersion } = answer.value
  const parsed = schema.safeParse(data)
  if (parsed.success) return succeed({ value: parsed.data, asOf, servedVersion })
  const where = parsed.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
  const message = `Shopify's answer to ${document.name} is not of the promised shape: ${where}`
  return fail({ kind: 'malformed', mayHaveHappened: isMutation(document), message })
}

/** The same read with another value. */
export function mapRead<T, U>(read: ShopifyResult<Read<T>>, change: (value: T) => U): ShopifyResult<Read<U>> {
  return read.ok ? succeed({ ...read.value, value: change(read.value.value) }) : read
}

/** The cursor of the page that follows, if there is one. */
export const nextOf = (info: { hasNextPage: boolean; endCursor: string | null }): string | undefined =>
  info.hasNextPage ? (info.endCursor ?? undefined) : undefined

/** Reads one inventory item with all its levels, however many pages they take. */
export async function readItem(call: Call, id: string, options?: CallOptions): Promise<ShopifyResult<Read<ItemStock | undefined>>> {
  const read = await call(inventoryItemLevels, { id: gid('InventoryItem', id) }, itemData, options)
  if (!read.ok) return read
  const item = read.value.value.inventoryItem
  if (item === null) return mapRead(read, () => undefined)
  const complete = await completeItem(call, item, options)
  return complete.ok ? mapRead(read, () => complete.value) : complete
}

/** Reads a page of variants; an item whose levels do not fit is completed by further calls. */
export async function readVariants(call: Call, cursor?: string, options?: CallOptions): Promise<ShopifyResult<Read<Page<VariantStock>>>> {
  const read = await call(variantsPage, { after: cursor }, variantsData, options)
  if (!read.ok) return read
  const { nodes, pageInfo } = read.value.value.productVariants
  const items: VariantStock[] = []
  for (const { id, title, product, inventoryPolicy, inventoryItem } of nodes) {
    const item = await completeItem(call, inventoryItem, options)
    if (!item.ok) return item
    const names = { variantId: id, variantTitle: title, productId: product.id, productTitle: product.title }
    items.push({ ...names, ...item.value, sellsWhenSoldOut: inventoryPolicy === 'CONTINUE' })
  }
  return mapRead(read, () => ({ items, next: nextOf(pageInfo) }))
}

/** Reads all subscriptions. */
export async function readSubscriptions(call: Call, options?: CallOptions): Promise<ShopifyResult<readonly Subscription[]>> {
  const found: Subscription[] = []
  let cursor: string | undefined
  do {
    const read = await call(webhookSubscriptions, { after: cursor }, subscriptionsData, options)
    if (!read.ok) return read
    const { nodes, pageInfo } = read.value.value.webhookSubscriptions
    found.push(...nodes.map(subscriptionOf))
    cursor = nextOf(pageInfo)
  } while (cursor !== undefined)
  return succeed(found)
}

/** What a mutation's payload means: its errors, else its result; a payload with neither is malformed. */
export function outcome<T>(document: Document, userErrors: readonly UserError[] | undefined, value: T | undefined): ShopifyResult<T> {
  const error = userErrorsToError(document.name, userErrors ?? [])
  if (error !== undefined) return fail(error)
  if (value !== undefined) return succeed(value)
  const message = `Shopify's answer to ${document.name} has neither a result nor userErrors.`
  return fail({ kind: 'malformed', mayHaveHappened: true, message })
}

/** What an inventory mutation answered. */
export function writtenOf(document: Document, read: ShopifyResult<Read<ChangedShape>>): ShopifyResult<Written> {
  if (!read.ok) return read
  const { value: payload, asOf } = read.value
  const group = payload?.inventoryAdjustmentGroup
  const result = group == null ? undefined : { adjustmentGroupId: group.id, createdAt: group.createdAt, asOf }
  return outcome(document, payload?.userErrors, result)
}

export const subscriptionOf = ({ apiVersion, ...rest }: SubscriptionShape): Subscription => ({ ...rest, apiVersion: apiVersion.handle })

export const orderOf = ({ lineItems, ...order }: OrderShape): Order => ({
  ...order,
  lines: lineItems.nodes.map(({ variant, ...line }) => ({ ...line, variantId: variant?.id ?? null })),
  hasMoreLines: lineItems.pageInfo.hasNextPage,
})

/** Adds the levels that were not on the item's first page. They are read later, so the first page's `asOf` holds for all. */
async function completeItem(call: Call, first: ItemShape, options?: CallOptions): Promise<ShopifyResult<ItemStock>> {
  const levels = [...first.inventoryLevels.nodes]
  let cursor = nextOf(first.inventoryLevels.pageInfo)
  while (cursor !== undefined) {
    const read = await call(inventoryItemLevels, { id: gid('InventoryItem', first.id), after: cursor }, itemData, options)
    if (!read.ok) return read
    const more = read.value.value.inventoryItem?.inventoryLevels
    levels.push(...(more?.nodes ?? []))
    cursor = more === undefined ? undefined : nextOf(more.pageInfo)
  }
  const { id, sku, tracked, updatedAt } = first
  return succeed({ inventoryItemId: id, sku, tracked, updatedAt, levels: levels.map((level) => levelOf(tracked, level)) })
}

function levelOf(tracked: boolean, { location, updatedAt, quantities }: LevelShape): StockLevel {
  const quantity = quantities.find(({ name }) => name === 'available')
  return {
    locationId: location.id,
    locationName: location.name,
    // A quantity of an item that is not tracked means nothing; webhooks send null for it, so reads do as well.
    available: tracked ? (quantity?.quantity ?? null) : null,
    updatedAt: quantity?.updatedAt ?? updatedAt,
  }
}
