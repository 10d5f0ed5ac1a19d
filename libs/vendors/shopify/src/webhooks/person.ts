import { topicKey } from './topics.ts'

/** Whose personal data a body may hold; ids as strings of digits. */
export interface PersonOf {
  customerId?: string
  orderId?: string
}

type Fields = Readonly<Record<string, unknown>>

const CUSTOMER_FIELDS: readonly string[] = [
  'customer_id', 'customerId', 'admin_graphql_api_customer_id', 'customer_admin_graphql_api_id', 'admin_graphql_api_customer_kept_id',
]
const ORDER_FIELDS: readonly string[] = ['order_id', 'orderId', 'admin_graphql_api_order_id', 'admin_graphql_api_origin_order_id']
/** How many objects deep an id may hide: `{ return: { order: { id } } }` is the deepest that Shopify's samples show. */
const DEPTH = 3

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `7`, `'7'` and `'gid://shopify/Customer/7'` are all `'7'`. */
function digits(value: unknown, type: string): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined
  if (typeof value !== 'string') return undefined
  const found = /^(?:gid:\/\/shopify\/([A-Za-z]+)\/)?(\d+)$/.exec(value)
  return found === null || (found[1] !== undefined && found[1] !== type) ? undefined : found[2]
}

function own(body: Fields, names: readonly string[], nested: string, type: string): string | undefined {
  for (const name of names) {
    const value = digits(body[name], type)
    if (value !== undefined) return value
  }
  const inner = body[nested]
  return isFields(inner) ? digits(inner.id, type) ?? digits(inner.admin_graphql_api_id, type) : undefined
}

/**
 * Breadth first, so that the outermost id wins. Lists are not searched: they may name several people, and none of them stands for the
 * body.
 */
function search(body: Fields, names: readonly string[], nested: string, type: string): string | undefined {
  let level = [body]
  for (let depth = 0; depth < DEPTH; depth += 1) {
    for (const fields of level) {
      const value = own(fields, names, nested, type)
      if (value !== undefined) return value
    }
    level = level.flatMap((fields) => Object.values(fields).filter(isFields))
  }
  return undefined
}

/**
 * Names the customer and the order that a body of any topic is about, to choose the key it is encrypted with. Best effort: an empty
 * answer means that nobody could be named, not that the body is free of personal data.
 */
export function personOf(topic: string, body: unknown): PersonOf {
  if (!isFields(body)) return {}
  const key = topicKey(topic)
  const customerId =
    search(body, CUSTOMER_FIELDS, 'customer', 'Customer') ?? (key.startsWith('CUSTOMERS_') ? digits(body.id, 'Customer') : undefined)
  const orderId = (key.startsWith('ORDERS_') ? digits(body.id, 'Order') : undefined) ?? search(body, ORDER_FIELDS, 'order', 'Order')
  return { ...(customerId === undefined ? {} : { customerId }), ...(orderId === undefined ? {} : { orderId }) }
}
