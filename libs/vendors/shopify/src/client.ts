import type { z } from 'zod'
import {
  createCall, mapRead, nextOf, orderOf, outcome, readItem, readSubscriptions, readVariants, subscriptionOf, writtenOf,
} from './calls.ts'
import {
  inventoryAdjust, inventorySet, ordersSince, shopInfo, webhookSubscriptionCreate, webhookSubscriptionDelete, type Document,
} from './documents.ts'
import type { ShopifyResult } from './errors.ts'
import { gid } from './ids.ts'
import type {
  InventoryWrite, ItemStock, Order, Page, QuantityChange, QuantityTarget, Read, Shop, Subscription, VariantStock, Written,
} from './model.ts'
import { adjustData, ordersData, setData, shopData, subscribeData, unsubscribeData, type ChangedShape } from './shapes.ts'
import type { Sleep } from './throttle.ts'
import { createTransport, type CallOptions, type Variables } from './transport.ts'
import { topicKey } from './webhooks/topics.ts'

export interface ShopifyClientOptions {
  /** The shop's permanent domain, for instance `demo-shop.myshopify.com`. */
  readonly shop: string
  /** Where the API is; `https://<shop>` unless a fake stands in for it. */
  readonly endpoint?: string
  /** Answers the access token; called with the refused token when Shopify answers 401, to be given another. */
  readonly token: (refused?: string) => Promise<string>
  /** The global fetch, or one that asks a gate first. */
  readonly fetch: typeof globalThis.fetch
  readonly clock: () => Date
  readonly sleep: Sleep
  /** How long one request may take, in milliseconds; 10,000 if not given. */
  readonly timeoutMs?: number
}

/**
 * The calls that Zyra makes to one shop. None throws for what Shopify or the network does; see `ShopifyError`. Ids are digits as strings.
 */
export interface ShopifyClient {
  shop: (options?: CallOptions) => Promise<ShopifyResult<Read<Shop>>>
  /** 25 variants with their stock at every location; `cursor` is the `next` of the page before. */
  variants: (cursor?: string, options?: CallOptions) => Promise<ShopifyResult<Read<Page<VariantStock>>>>
  /** One inventory item with its stock at every location; undefined when Shopify knows no such item. */
  inventoryItem: (id: string, options?: CallOptions) => Promise<ShopifyResult<Read<ItemStock | undefined>>>
  /** Adds to available quantities, all or none; at most 250. */
  adjustAvailable: (write: InventoryWrite<QuantityChange>, options?: CallOptions) => Promise<ShopifyResult<Written>>
  /** Sets available quantities, all or none; at most 250. */
  setAvailable: (write: InventoryWrite<QuantityTarget>, options?: CallOptions) => Promise<ShopifyResult<Written>>
  /** The API-made subscriptions of this app in this shop (those of the app's configuration are not among them). */
  subscriptions: (options?: CallOptions) => Promise<ShopifyResult<readonly Subscription[]>>
  /** Subscribes `uri` to a topic, in either spelling. Shopify declines a pair that exists already. */
  subscribe: (topic: string, uri: string, options?: CallOptions) => Promise<ShopifyResult<Subscription>>
  /** Ends a subscription; answers its id. */
  unsubscribe: (id: string, options?: CallOptions) => Promise<ShopifyResult<{ readonly id: string }>>
  /** Orders updated at or after a time, oldest update first, 20 at a time. */
  ordersUpdatedSince: (since: Date, cursor?: string, options?: CallOptions) => Promise<ShopifyResult<Read<Page<Order>>>>
}

/** How often an inventory write asks again while another request with its key is running, and the pause before each, in milliseconds. */
const PAUSES_WHILE_IN_PROGRESS_MS = [250, 500, 1000] as const

/** A client of one shop's Admin GraphQL API. */
export function shopifyClient(options: ShopifyClientOptions): ShopifyClient {
  const { sleep, endpoint = `https://${options.shop}` } = options
  const call = createCall(createTransport({ timeoutMs: 10_000, ...options, endpoint }))

  const write = async (
    document: Document, variables: Variables, schema: z.ZodType<ChangedShape>, options: CallOptions = {},
  ): Promise<ShopifyResult<Written>> => {
    const attempt = async () => writtenOf(document, await call(document, variables, schema, options))
    let result = await attempt()
    for (const pauseMs of PAUSES_WHILE_IN_PROGRESS_MS) {
      if (result.ok || result.error.kind !== 'idempotency-in-progress' || options.signal?.aborted === true) return result
      await sleep(pauseMs, options.signal).catch(() => undefined)
      result = await attempt()
    }
    return result
  }

  return {
    shop: async (callOptions) => mapRead(await call(shopInfo, {}, shopData, callOptions), ({ shop }) => shop),
    variants: (cursor, callOptions) => readVariants(call, cursor, callOptions),
    inventoryItem: (id, callOptions) => readItem(call, id, callOptions),
    adjustAvailable: ({ changes, ...rest }, callOptions) => {
      const input = { ...inputOf(rest), changes: changes.map((change) => ({ ...placeOf(change), delta: change.delta })) }
      return write(inventoryAdjust, { input, key: rest.idempotencyKey }, adjustData, callOptions)
    },
    setAvailable: ({ changes, ...rest }, callOptions) => {
      const input = { ...inputOf(rest), quantities: changes.map((change) => ({ ...placeOf(change), quantity: change.quantity })) }
      return write(inventorySet, { input, key: rest.idempotencyKey }, setData, callOptions)
    },
    subscriptions: (callOptions) => readSubscriptions(call, callOptions),
    subscribe: async (topic, uri, callOptions) => {
      const read = await call(webhookSubscriptionCreate, { topic: topicKey(topic), uri }, subscribeData, callOptions)
      if (!read.ok) return read
      const made = read.value.value?.webhookSubscription
      return outcome(webhookSubscriptionCreate, read.value.value?.userErrors, made == null ? undefined : subscriptionOf(made))
    },
    unsubscribe: async (id, callOptions) => {
      const read = await call(webhookSubscriptionDelete, { id: gid('WebhookSubscription', id) }, unsubscribeData, callOptions)
      return read.ok ? outcome(webhookSubscriptionDelete, read.value.value?.userErrors, { id }) : read
    },
    ordersUpdatedSince: async (since, cursor, callOptions) => {
      const read = await call(ordersSince, { query: `updated_at:>='${since.toISOString()}'`, after: cursor }, ordersData, callOptions)
      return mapRead(read, ({ orders }) => ({ items: orders.nodes.map(orderOf), next: nextOf(orders.pageInfo) }))
    },
  }
}

const inputOf = ({ reason, referenceDocumentUri }: Omit<InventoryWrite<never>, 'changes'>) => ({
  name: 'available', reason, ...(referenceDocumentUri === undefined ? {} : { referenceDocumentUri }),
})

const placeOf = ({ inventoryItemId, locationId, changeFromQuantity }: QuantityChange | QuantityTarget) => ({
  inventoryItemId: gid('InventoryItem', inventoryItemId), locationId: gid('Location', locationId), changeFromQuantity,
})
