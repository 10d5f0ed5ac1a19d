import { GraphQLError } from 'graphql'
import type { InventoryChange, Level, ShopState, Variant } from './state.ts'

/** One place whose quantity is to become something else. */
export interface Target {
  readonly inventoryItemId: string
  readonly locationId: string
  /** What the quantity is to be, given what it is. */
  readonly next: (current: number) => number
  /** What the caller believes it to be; null to write regardless. */
  readonly expected: number | null
  /** Path of the entry in the input. */
  readonly field: readonly string[]
}

export interface Problem {
  readonly code: string
  readonly field: readonly string[] | null
  readonly message: string
}

/**
 * The reasons that Shopify accepts:
 * https://shopify.dev/docs/apps/build/orders-fulfillment/inventory-management-apps/manage-quantities-states
 */
const REASONS: ReadonlySet<string> = new Set([
  'correction', 'cycle_count_available', 'damaged', 'movement_canceled', 'movement_created', 'movement_received', 'movement_updated',
  'other', 'promotion', 'quality_control', 'received', 'reservation_created', 'reservation_deleted', 'reservation_updated', 'restock',
  'safety_stock', 'shrinkage',
])

export const reasonProblems = (reason: string): Problem[] =>
  REASONS.has(reason) ? [] : [{ code: 'INVALID_REASON', field: ['input', 'reason'], message: 'The specified reason is invalid.' }]

export const levelOf = (state: ShopState, inventoryItemId: string, locationId: string): Level | undefined =>
  state.levels.find((level) => level.inventoryItemId === inventoryItemId && level.locationId === locationId)

export const variantOfItem = (state: ShopState, inventoryItemId: string): Variant | undefined =>
  state.products.flatMap(({ variants }) => variants).find((variant) => variant.inventoryItemId === inventoryItemId)

/** What all locations together have of a variant. */
export const stockOf = (state: ShopState, { inventoryItemId }: Variant): number =>
  state.levels.filter((level) => level.inventoryItemId === inventoryItemId).reduce((sum, { available }) => sum + available, 0)

/**
 * Since 2026-04 every change must say what it expects, if only null:
 * https://shopify.dev/changelog/making-changefromquantity-field-required
 */
export function requireExpectation(type: string, entries: readonly object[]): void {
  if (entries.every((entry) => 'changeFromQuantity' in entry)) return
  const message = `${type} must include the following argument: changeFromQuantity`
  throw new GraphQLError(message, { extensions: { code: 'INVALID_FIELD_ARGUMENTS' } })
}

/** What Shopify has against these targets, given its limit of a quantity's size. */
export function targetProblems(state: ShopState, targets: readonly Target[], limit: number): Problem[] {
  return targets.flatMap(({ inventoryItemId, locationId, next, expected, field }): Problem[] => {
    if (variantOfItem(state, inventoryItemId) === undefined) {
      const message = 'The specified inventory item could not be found.'
      return [{ code: 'INVALID_INVENTORY_ITEM', field: [...field, 'inventoryItemId'], message }]
    }
    if (!state.locations.some(({ id }) => id === locationId)) {
      return [{ code: 'INVALID_LOCATION', field: [...field, 'locationId'], message: 'The specified location could not be found.' }]
    }
    const current = levelOf(state, inventoryItemId, locationId)?.available ?? 0
    if (expected !== null && expected !== current) {
      const message = 'The changeFromQuantity value does not match persisted value.'
      return [{ code: 'CHANGE_FROM_QUANTITY_STALE', field: [...field, 'changeFromQuantity'], message }]
    }
    const wanted = next(current)
    if (wanted > limit) return [{ code: 'INVALID_QUANTITY_TOO_HIGH', field, message: `The quantity can't be higher than ${limit}.` }]
    if (wanted < -limit) return [{ code: 'INVALID_QUANTITY_TOO_LOW', field, message: `The quantity can't be lower than -${limit}.` }]
    return []
  })
}

/** Writes the targets and answers what changed. An item that was not stocked at a location is from then on. */
export function applyTargets(state: ShopState, targets: readonly Target[], now: Date): InventoryChange[] {
  return targets.flatMap(({ inventoryItemId, locationId, next }) => {
    const level = levelOf(state, inventoryItemId, locationId) ?? stock(state, inventoryItemId, locationId, now)
    const delta = next(level.available) - level.available
    if (delta === 0) return []
    level.available += delta
    level.updatedAt = now.toISOString()
    return [{ name: 'available', delta, inventoryItemId, locationId }]
  })
}

function stock(state: ShopState, inventoryItemId: string, locationId: string, now: Date): Level {
  const level = { inventoryItemId, locationId, available: 0, updatedAt: now.toISOString() }
  state.levels.push(level)
  return level
}
