import { applyTargets, levelOf, stockOf, variantOfItem, type Target } from './inventory.ts'
import { inventoryLevelBody, orderBody, productBody, refundBody, toJson } from './payloads.ts'
import { makeId, type Customer, type InventoryChange, type OrderedLine, type PlacedOrder, type ShopState, type Variant } from './state.ts'

/** Orders beyond this number are forgotten, oldest first, so that a sandbox may run for weeks. */
const ORDERS_KEPT = 5000

export interface OrderRequest {
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
  /** Known again by the address; without one nobody is known. */
  readonly customer?: { readonly email: string; readonly firstName: string; readonly lastName: string }
}

export type OrderResult =
  | { readonly ok: true; readonly order: PlacedOrder }
  | { readonly ok: false; readonly reason: 'sold-out' | 'unknown-sku'; readonly sku: string; readonly available: number }

export interface CommerceOptions {
  readonly state: () => ShopState
  readonly clock: () => Date
  /** Announces what happened; calls with the same `eventId` belong to one action of the merchant or customer. */
  readonly emit: (topic: string, body: string, eventId: string) => void
  readonly eventId: () => string
}

export interface Commerce {
  readonly placeOrder: (request: OrderRequest) => OrderResult
  readonly cancelOrder: (orderId: string, options: { readonly restock: boolean }) => PlacedOrder
  readonly refundOrder: (orderId: string, options: { readonly restock: boolean; readonly lines?: OrderRequest['lines'] }) => PlacedOrder
  readonly setAvailable: (sku: string, available: number, locationId?: string) => void
  /** Announces changes of quantities that were made already. */
  readonly announce: (changes: readonly InventoryChange[], eventId?: string) => void
}

interface Part {
  readonly line: OrderedLine
  readonly quantity: number
}

/** What customers and the merchant do in the shop, with the webhooks that Shopify sends for it. */
export function createCommerce({ state, clock, emit, eventId }: CommerceOptions): Commerce {
  const step = () => {
    state().sequence += 1
    return state().sequence
  }

  const announce = (changes: readonly InventoryChange[], event = eventId()) => {
    const items = new Set(changes.map(({ inventoryItemId }) => inventoryItemId))
    for (const { inventoryItemId, locationId } of changes) {
      const variant = variantOfItem(state(), inventoryItemId)
      if (variant !== undefined) emit('inventory_levels/update', toJson(inventoryLevelBody(state(), variant, locationId)), event)
    }
    for (const product of state().products) {
      if (!product.variants.some(({ inventoryItemId }) => items.has(inventoryItemId))) continue
      product.updatedAt = clock().toISOString()
      emit('products/update', toJson(productBody(state(), product)), event)
    }
  }

  const move = (targets: readonly Target[]) => applyTargets(state(), targets, clock())

  const touch = (order: PlacedOrder) => {
    order.updatedAt = clock().toISOString()
    return order
  }

  /** Takes quantities off the order and, for a restock, puts the pieces back where they came from. */
  const giveBack = (parts: readonly Part[], restock: boolean): InventoryChange[] => parts.flatMap(({ line, quantity }) => {
    line.currentQuantity -= quantity
    const variant = variantById(state(), line.variantId)
    if (!restock || variant === undefined) return []
    let left = quantity
    const targets = line.taken.flatMap((source) => {
      const back = Math.min(left, source.quantity)
      left -= back
      source.quantity -= back
      return back === 0 ? [] : [target(variant.inventoryItemId, source.locationId, (current) => current + back)]
    })
    return move(targets)
  })

  return {
    announce,
    placeOrder: ({ lines, customer }) => {
      const refusal = refuse(state(), lines)
      if (refusal !== undefined) return refusal
      const at = clock().toISOString()
      const changes: InventoryChange[] = []
      const ordered = lines.map(({ sku, quantity }): OrderedLine => {
        const variant = variantBySku(state(), sku)
        const taken = allocate(state(), variant, quantity)
        changes.push(...move(taken.map((part) => target(variant.inventoryItemId, part.locationId, (current) => current - part.quantity))))
        const { id: variantId, price } = variant
        const title = titleOf(state(), variant)
        return { id: makeId.line(step()), variantId, sku, title, price, quantity, currentQuantity: quantity, taken }
      })
      const number = step()
      const customerId = customer === undefined ? null : customerOf(state(), customer, step()).id
      const order: PlacedOrder = {
        id: makeId.order(number), name: `#${1000 + number}`, createdAt: at, updatedAt: at, cancelledAt: null, customerId, lines: ordered,
      }
      state().orders.push(order)
      state().orders.splice(0, Math.max(0, state().orders.length - ORDERS_KEPT))
      const event = eventId()
      emit('orders/create', toJson(orderBody(state(), order)), event)
      announce(changes, event)
      return { ok: true, order }
    },
    cancelOrder: (orderId, { restock }) => {
      const order = orderById(state(), orderId)
      if (order.cancelledAt !== null) throw new Error(`Order ${order.name} was cancelled before, at ${order.cancelledAt}.`)
      const changes = giveBack(order.lines.map((line) => ({ line, quantity: line.currentQuantity })), restock)
      order.cancelledAt = clock().toISOString()
      const event = eventId()
      emit('orders/cancelled', toJson(orderBody(state(), touch(order))), event)
      announce(changes, event)
      return order
    },
    refundOrder: (orderId, { restock, lines }) => {
      const order = orderById(state(), orderId)
      const parts = order.lines.flatMap((line) => {
        const wanted = lines === undefined ? line.currentQuantity : (lines.find(({ sku }) => sku === line.sku)?.quantity ?? 0)
        const quantity = Math.min(wanted, line.currentQuantity)
        return quantity === 0 ? [] : [{ line, quantity }]
      })
      const changes = giveBack(parts, restock)
      const event = eventId()
      touch(order)
      emit('refunds/create', toJson(refundBody(order, { id: makeId.order(step()), at: order.updatedAt, restock, lines: parts })), event)
      emit('orders/updated', toJson(orderBody(state(), order)), event)
      announce(changes, event)
      return order
    },
    setAvailable: (sku, available, locationId = state().locations[0]?.id ?? '') => {
      announce(move([target(variantBySku(state(), sku).inventoryItemId, locationId, () => available)]))
    },
  }
}

const target = (inventoryItemId: string, locationId: string, next: Target['next']): Target => (
  { inventoryItemId, locationId, next, expected: null, field: [] }
)

const variants = (state: ShopState): Variant[] => state.products.flatMap((product) => product.variants)

const variantById = (state: ShopState, id: string): Variant | undefined => variants(state).find((variant) => variant.id === id)

/** The first variant of a SKU, which in a real shop need not be the only one. Throws an Error when there is none. */
export function variantBySku(state: ShopState, sku: string): Variant {
  const variant = variants(state).find((candidate) => candidate.sku === sku)
  if (variant === undefined) throw new Error(`The fake shop sells no SKU "${sku}".`)
  return variant
}

function orderById(state: ShopState, orderId: string): PlacedOrder {
  const order = state.orders.find(({ id, name }) => id === orderId || name === orderId)
  if (order === undefined) throw new Error(`The fake shop knows no order "${orderId}".`)
  return order
}

const titleOf = (state: ShopState, variant: Variant): string => {
  const product = state.products.find(({ variants: own }) => own.some(({ id }) => id === variant.id))
  return `${product?.title ?? ''} - ${variant.title}`
}

function refuse(state: ShopState, lines: OrderRequest['lines']): OrderResult | undefined {
  const wanted = new Map<string, number>()
  for (const { sku, quantity } of lines) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity)
  for (const [sku, quantity] of wanted) {
    const variant = variants(state).find((candidate) => candidate.sku === sku)
    if (variant === undefined) return { ok: false, reason: 'unknown-sku', sku, available: 0 }
    const available = stockOf(state, variant)
    if (variant.tracked && variant.policy === 'DENY' && available < quantity) return { ok: false, reason: 'sold-out', sku, available }
  }
  return undefined
}

/** Takes from the locations in their order; what none has is owed by the first. Nothing is counted for an item that is not tracked. */
function allocate(state: ShopState, variant: Variant, quantity: number): { locationId: string; quantity: number }[] {
  if (!variant.tracked) return []
  let left = quantity
  const parts = state.locations.map(({ id: locationId }) => {
    const part = Math.min(left, Math.max(0, levelOf(state, variant.inventoryItemId, locationId)?.available ?? 0))
    left -= part
    return { locationId, quantity: part }
  })
  const [first] = parts
  if (first !== undefined) first.quantity += left
  return parts.filter((part) => part.quantity > 0)
}

function customerOf(state: ShopState, wanted: NonNullable<OrderRequest['customer']>, number: number): Customer {
  const known = state.customers.find(({ email }) => email === wanted.email)
  if (known !== undefined) return known
  const customer = { id: makeId.customer(number), ...wanted }
  state.customers.push(customer)
  return customer
}
