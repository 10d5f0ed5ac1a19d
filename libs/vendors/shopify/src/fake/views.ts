import { GraphQLError } from 'graphql'
import { API_VERSION } from '../version.ts'
import type { FakeSubscription, Level, OrderedLine, PlacedOrder, Product, ShopState, Variant } from './state.ts'

export interface PageArguments {
  readonly first?: number | null
  readonly last?: number | null
  readonly after?: string | null
  readonly before?: string | null
  readonly reverse?: boolean | null
}

/** GraphQL's `DateTime` has whole seconds. */
export const dateTime = (iso: string): string => `${iso.slice(0, 19)}Z`

/** `gid://shopify/<type>/<id>` */
export const gidOf = (type: string, id: string): string => `gid://shopify/${type}/${id}`

/** A page of a list, with cursors as opaque as Shopify's. */
export function connection<T>(list: readonly T[], idOf: (item: T) => string, view: (item: T) => object, args: PageArguments) {
  const all = args.reverse === true ? list.toReversed() : list
  const cursor = (item: T) => Buffer.from(JSON.stringify({ last_id: idOf(item) })).toString('base64')
  const place = (wanted: string) => {
    const index = all.findIndex((item) => cursor(item) === wanted)
    if (index < 0) throw new GraphQLError('Invalid cursor for current pagination sort.', { extensions: { code: 'BAD_REQUEST' } })
    return index
  }
  let start = args.after == null ? 0 : place(args.after) + 1
  let end = args.before == null ? all.length : place(args.before)
  if (args.first != null) end = Math.min(end, start + args.first)
  else if (args.last != null) start = Math.max(start, end - args.last)
  const page = all.slice(start, end)
  const edge = (item: T | undefined) => (item === undefined ? null : cursor(item))
  const pageInfo = { hasNextPage: end < all.length, hasPreviousPage: start > 0, startCursor: edge(page[0]), endCursor: edge(page.at(-1)) }
  return { nodes: page.map(view), pageInfo }
}

/** The GraphQL face of what a shop knows. */
export function views(state: () => ShopState) {
  const location = (id: string) => {
    const name = state().locations.find((place) => place.id === id)?.name ?? ''
    return { __typename: 'Location', id: gidOf('Location', id), name }
  }

  const level = ({ inventoryItemId, locationId, available, updatedAt }: Level) => {
    const id = `${gidOf('InventoryLevel', locationId)}?inventory_item_id=${inventoryItemId}`
    const quantity = (name: string) => ({
      __typename: 'InventoryQuantity',
      id: `${gidOf('InventoryQuantity', locationId)}?inventory_item_id=${inventoryItemId}&name=${name}`,
      name,
      quantity: name === 'available' || name === 'on_hand' ? available : 0,
      updatedAt: dateTime(updatedAt),
    })
    const quantities = ({ names }: { names: readonly string[] }) => names.map(quantity)
    return { __typename: 'InventoryLevel', id, location: location(locationId), updatedAt: dateTime(updatedAt), quantities }
  }

  const item = ({ inventoryItemId, sku, tracked, updatedAt }: Variant) => ({
    __typename: 'InventoryItem',
    id: gidOf('InventoryItem', inventoryItemId),
    sku,
    tracked,
    updatedAt: dateTime(updatedAt),
    inventoryLevels: (args: PageArguments) => {
      const levels = state().levels.filter((candidate) => candidate.inventoryItemId === inventoryItemId)
      return connection(levels, ({ locationId }) => locationId, level, args)
    },
  })

  const product = ({ id, title }: Product) => ({ __typename: 'Product', id: gidOf('Product', id), title })

  const variant = (found: Variant) => ({
    __typename: 'ProductVariant',
    id: gidOf('ProductVariant', found.id),
    title: found.title,
    sku: found.sku,
    inventoryPolicy: found.policy,
    inventoryItem: () => item(found),
    product: () => state().products.filter(({ variants }) => variants.some(({ id }) => id === found.id)).map(product)[0],
  })

  const line = ({ id, sku, quantity, currentQuantity, variantId }: OrderedLine) => ({
    __typename: 'LineItem',
    id: gidOf('LineItem', id),
    sku,
    quantity,
    currentQuantity,
    variant: () => {
      const found = state().products.flatMap(({ variants }) => variants).find((candidate) => candidate.id === variantId)
      return found === undefined ? null : variant(found)
    },
  })

  const order = ({ id, name, createdAt, updatedAt, cancelledAt, lines }: PlacedOrder) => ({
    __typename: 'Order',
    id: gidOf('Order', id),
    name,
    createdAt: dateTime(createdAt),
    updatedAt: dateTime(updatedAt),
    cancelledAt: cancelledAt === null ? null : dateTime(cancelledAt),
    lineItems: (args: PageArguments) => connection(lines, (each) => each.id, line, args),
  })

  const subscription = ({ id, topic, uri, createdAt }: FakeSubscription) => ({
    __typename: 'WebhookSubscription',
    id: gidOf('WebhookSubscription', id),
    topic,
    uri,
    createdAt: dateTime(createdAt),
    apiVersion: { handle: API_VERSION },
  })

  const group = ({ id, createdAt }: { id: string; createdAt: string }) => (
    { __typename: 'InventoryAdjustmentGroup', id: gidOf('InventoryAdjustmentGroup', id), createdAt: dateTime(createdAt) }
  )

  return { item, variant, order, subscription, group }
}
