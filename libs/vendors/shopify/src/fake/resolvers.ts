import { GraphQLError, type GraphQLResolveInfo } from 'graphql'
import { once, type MutationResult } from './idempotency.ts'
import { applyTargets, reasonProblems, requireExpectation, targetProblems, variantOfItem, type Problem, type Target } from './inventory.ts'
import { makeId, type InventoryChange, type ShopState } from './state.ts'
import { connection, gidOf, views, type PageArguments } from './views.ts'

export interface ResolverOptions {
  readonly state: () => ShopState
  readonly clock: () => Date
  /** Takes part in every inventory mutation between its start and its effect. */
  readonly processing: () => Promise<void>
  /** Told of every change of quantities that a mutation made. */
  readonly changed: (changes: readonly InventoryChange[]) => void
  readonly subscribe: (topic: string, uri: string) => ReturnType<typeof subscriptionResult>
  readonly unsubscribe: (id: string) => boolean
}

interface Entry {
  readonly inventoryItemId: string
  readonly locationId: string
  readonly changeFromQuantity?: number | null
}
interface SetInput {
  readonly name: string
  readonly reason: string
  readonly quantities: readonly (Entry & { readonly quantity: number })[]
}
interface AdjustInput {
  readonly name: string
  readonly reason: string
  readonly changes: readonly (Entry & { readonly delta: number; readonly ledgerDocumentUri?: string | null })[]
}

interface SubscribeArguments {
  readonly topic: string
  readonly webhookSubscription: { readonly uri?: string | null; readonly callbackUrl?: string | null }
}

const SET_LIMIT = 1_000_000_000
const ADJUST_LIMIT = 2_000_000_000

/** What `webhookSubscriptionCreate` makes of a subscription or of the reason why there is none. */
export const subscriptionResult = (made: { readonly id: string } | { readonly problem: string }) => made

/** Digits of a gid of one type; anything else is nobody's id. */
const digits = (type: string, gid: string): string => (gid.startsWith(`gid://shopify/${type}/`) ? (gid.split('/').at(-1) ?? '') : '')

/** The root value for graphql-js: what a shop answers to our documents. */
export function resolvers(options: ResolverOptions) {
  const { state, clock } = options
  const view = views(state)
  const variants = () => state().products.flatMap((product) => product.variants)

  const payload = ({ group, userErrors }: MutationResult) => (
    { inventoryAdjustmentGroup: group === null ? null : view.group(group), userErrors }
  )

  const write = async (targets: readonly Target[], problems: readonly Problem[], limit: number): Promise<MutationResult> => {
    await options.processing()
    const all = [...problems, ...targetProblems(state(), targets, limit)]
    if (all.length > 0) return { group: null, userErrors: all }
    const now = clock()
    const changes = applyTargets(state(), targets, now)
    state().sequence += 1
    options.changed(changes)
    return { group: { id: makeId.group(state().sequence), createdAt: now.toISOString(), changes }, userErrors: [] }
  }

  const inventorySetQuantities = async (args: { input: SetInput }, _context: unknown, info: GraphQLResolveInfo) => {
    const { name, reason, quantities } = args.input
    requireExpectation('InventoryQuantityInput', quantities)
    const targets = quantities.map((entry, index) => targetOf(entry, ['input', 'quantities', String(index)], () => entry.quantity))
    const problems = [...nameProblems(name, 'INVALID_NAME'), ...reasonProblems(reason), ...duplicates(targets), ...negatives(quantities)]
    return payload(await once({ state: state(), info, args, clock }, () => write(targets, problems, SET_LIMIT)))
  }

  const inventoryAdjustQuantities = async (args: { input: AdjustInput }, _context: unknown, info: GraphQLResolveInfo) => {
    const { name, reason, changes } = args.input
    requireExpectation('InventoryChangeInput', changes)
    const targets = changes.map((entry, index) => targetOf(entry, ['input', 'changes', String(index)], (current) => current + entry.delta))
    const problems = [...nameProblems(name, 'INVALID_QUANTITY_NAME'), ...reasonProblems(reason), ...ledgers(changes)]
    return payload(await once({ state: state(), info, args, clock }, () => write(targets, problems, ADJUST_LIMIT)))
  }

  const webhookSubscriptionCreate = ({ topic, webhookSubscription: { uri, callbackUrl } }: SubscribeArguments) => {
    const made = options.subscribe(topic, uri ?? callbackUrl ?? '')
    if ('problem' in made) {
      return { webhookSubscription: null, userErrors: [{ field: ['webhookSubscription', 'uri'], message: made.problem }] }
    }
    const found = state().subscriptions.find(({ id }) => id === made.id)
    return { webhookSubscription: found === undefined ? null : view.subscription(found), userErrors: [] }
  }

  const webhookSubscriptionDelete = ({ id }: { id: string }) => options.unsubscribe(digits('WebhookSubscription', id))
    ? { deletedWebhookSubscriptionId: id, userErrors: [] }
    : { deletedWebhookSubscriptionId: null, userErrors: [{ field: ['id'], message: 'Webhook subscription does not exist' }] }

  const inventoryItem = ({ id }: { id: string }) => {
    const found = variantOfItem(state(), digits('InventoryItem', id))
    return found === undefined ? null : view.item(found)
  }

  const shop = () => {
    const { id, name, domain, currency } = state().shop
    return { __typename: 'Shop', id: gidOf('Shop', id), name, myshopifyDomain: domain, currencyCode: currency }
  }

  return {
    shop,
    inventoryItem,
    node: ({ id }: { id: string }) => inventoryItem({ id }) ?? (id === shop().id ? shop() : null),
    productVariants: (args: PageArguments & { query?: string | null }) => {
      refuseSearch('productVariants', args.query)
      return connection(variants(), (variant) => variant.id, view.variant, args)
    },
    orders: (args: PageArguments & { query?: string | null; sortKey: string }) => {
      const since = orderSearch(args.query)
      const key = (order: { createdAt: string; updatedAt: string }) => (args.sortKey === 'UPDATED_AT' ? order.updatedAt : order.createdAt)
      const found = state().orders.filter(({ updatedAt }) => updatedAt >= since).sort((a, b) => key(a).localeCompare(key(b)))
      return connection(found, (order) => order.id, view.order, args)
    },
    webhookSubscriptions: (args: PageArguments & { topics?: readonly string[] | null; uri?: string | null }) => {
      const listed = state().subscriptions.filter(({ ofApp, topic, uri }) => (
        !ofApp && (args.topics == null || args.topics.includes(topic)) && (args.uri == null || args.uri === uri)
      ))
      return connection(listed, (subscription) => subscription.id, view.subscription, args)
    },
    inventorySetQuantities,
    inventoryAdjustQuantities,
    webhookSubscriptionCreate,
    webhookSubscriptionDelete,
  }
}

const targetOf = (entry: Entry, field: readonly string[], next: Target['next']): Target => ({
  inventoryItemId: digits('InventoryItem', entry.inventoryItemId),
  locationId: digits('Location', entry.locationId),
  next,
  expected: entry.changeFromQuantity ?? null,
  field,
})

/** The fake keeps no other quantity than the available one. */
function nameProblems(name: string, code: string): Problem[] {
  const message = `The fake shop keeps only the quantity "available", not "${name}".`
  return name === 'available' ? [] : [{ code, field: ['input', 'name'], message }]
}

function duplicates(targets: readonly Target[]): Problem[] {
  const pairs = new Set(targets.map(({ inventoryItemId, locationId }) => `${inventoryItemId}/${locationId}`))
  const message = 'The combination of inventoryItemId and locationId must be unique.'
  if (pairs.size === targets.length) return []
  return [{ code: 'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR', field: ['input', 'quantities'], message }]
}

function negatives(quantities: SetInput['quantities']): Problem[] {
  return quantities.flatMap(({ quantity }, index) => (quantity >= 0 ? [] : [{
    code: 'INVALID_QUANTITY_NEGATIVE',
    field: ['input', 'quantities', String(index), 'quantity'],
    message: "The quantity can't be negative.",
  }]))
}

function ledgers(changes: AdjustInput['changes']): Problem[] {
  return changes.flatMap(({ ledgerDocumentUri }, index) => (ledgerDocumentUri == null ? [] : [{
    code: 'INVALID_AVAILABLE_DOCUMENT',
    field: ['input', 'changes', String(index), 'ledgerDocumentUri'],
    message: 'A ledger document URI is not allowed when adjusting available.',
  }]))
}

function refuseSearch(field: string, query: string | null | undefined): void {
  if (query != null && query !== '') throw new GraphQLError(`The fake shop does not search ${field}; it was asked for "${query}".`)
}

function orderSearch(query: string | null | undefined): string {
  if (query == null || query === '') return ''
  const since = /^updated_at:>='([^']+)'$/.exec(query)?.[1]
  if (since === undefined || Number.isNaN(Date.parse(since))) {
    throw new GraphQLError(`The fake shop searches orders only by updated_at:>='<time>'; it was asked for "${query}".`)
  }
  return new Date(since).toISOString()
}
