import type { InventoryEvent } from '@zyra/contracts'
import { decider } from '@zyra/es'

/** Below this many pieces Etsy sells nothing, unless the merchant says otherwise for the item. */
export const DEFAULT_BUFFER = 2

type StockEvent = Extract<
  InventoryEvent,
  { type: `inventory.${'ItemIdentified' | 'EtsyListingLinked' | 'EtsyListingUnlinked' | 'StockObserved' | 'BufferSet' | 'EtsyQuantityDecided' | 'DriftFound'}` }
>
type Because = Extract<StockEvent, { type: 'inventory.EtsyQuantityDecided' }>['data']['because']

/** What both channels showed of one inventory item when they were read. */
export interface ChannelsOfItem {
  readonly sku: string
  readonly title: string
  readonly levels: readonly { readonly location: string; readonly available: number | null }[]
  readonly etsy: { readonly listingId: string; readonly sku: string; readonly quantity: number; readonly maxQuantity: number } | null
}

/** `at` is Shopify's time of the observation, UTC with nine decimals. */
export type StockCommand =
  | { readonly type: 'ObserveLevel'; readonly location: string; readonly available: number | null; readonly at: string }
  | ({ readonly type: 'ObserveChannels'; readonly at: string } & ChannelsOfItem)
  | { readonly type: 'SetBuffer'; readonly buffer: number }

/** One inventory item: its stock by location, and what Etsy was told to sell of it. */
export interface StockState {
  readonly sku: string
  readonly title: string
  readonly levels: Readonly<Record<string, { readonly available: number | null; readonly at: string }>>
  readonly buffer: number
  readonly listing: { readonly listingId: string; readonly sku: string; readonly maxQuantity: number } | null
  readonly decided: number | null
}

const initialState: StockState = { sku: '', title: '', levels: {}, buffer: DEFAULT_BUFFER, listing: null, decided: null }

/** The stock over all locations that track it; null where none does. */
export const totalOf = ({ levels }: Pick<StockState, 'levels'>): number | null => {
  const tracked = Object.values(levels).flatMap(({ available }) => available ?? [])
  return tracked.length === 0 ? null : tracked.reduce((sum, available) => sum + available, 0)
}

/** What Etsy should sell: all there is, but nothing below the buffer. */
const quantityFor = (available: number, buffer: number, maxQuantity: number): number =>
  available < buffer ? 0 : Math.max(0, Math.min(available, maxQuantity))

const evolve = (state: StockState, event: StockEvent): StockState => {
  switch (event.type) {
    case 'inventory.ItemIdentified':
      return { ...state, ...event.data }
    case 'inventory.StockObserved':
      return { ...state, levels: { ...state.levels, [event.data.location]: { available: event.data.available, at: event.data.at } } }
    case 'inventory.EtsyListingLinked':
      return { ...state, listing: event.data, decided: null }
    case 'inventory.EtsyListingUnlinked':
      return { ...state, listing: null, decided: null }
    case 'inventory.BufferSet':
      return { ...state, buffer: event.data.buffer }
    case 'inventory.EtsyQuantityDecided':
      return { ...state, decided: event.data.quantity }
    case 'inventory.DriftFound':
      return state
  }
}

/** The facts a command brings, followed by what they mean for Etsy. `onEtsy` is what Etsy sells now, where that is known. */
const thenMirror = (state: StockState, facts: readonly StockEvent[], because: Because, onEtsy?: number): readonly StockEvent[] => {
  const now = facts.reduce(evolve, state)
  const available = totalOf(now)
  if (now.listing === null || available === null) return facts
  const { listingId, sku, maxQuantity } = now.listing
  const quantity = quantityFor(available, now.buffer, maxQuantity)
  if (quantity === now.decided && quantity === (onEtsy ?? quantity)) return facts
  const before = onEtsy ?? now.decided
  const data = { listingId, sku, available, buffer: now.buffer, before, quantity, lowers: before !== null && quantity < before, because }
  return [...facts, { type: 'inventory.EtsyQuantityDecided', data }]
}

const observed = (state: StockState, location: string, available: number | null, at: string, via: 'webhook' | 'read'): StockEvent => {
  const before = state.levels[location]?.available ?? null
  const total = totalOf({ levels: { ...state.levels, [location]: { available, at } } })
  return { type: 'inventory.StockObserved', data: { location, before, available, total, at, via } }
}

const observeLevel = (state: StockState, command: Extract<StockCommand, { type: 'ObserveLevel' }>): readonly StockEvent[] => {
  const { location, available, at } = command
  const known = state.levels[location]
  const isLate = known !== undefined && at < known.at
  const isRepeated = known?.at === at && known.available === available
  return isLate || isRepeated ? [] : thenMirror(state, [observed(state, location, available, at, 'webhook')], 'stock changed')
}

/** A location that was not read again has gone. What a webhook told after the read stands. */
const levelsRead = (state: StockState, command: Extract<StockCommand, { type: 'ObserveChannels' }>): readonly StockEvent[] => {
  const read = new Map(command.levels.map(({ location, available }) => [location, available]))
  const locations = [...new Set([...Object.keys(state.levels), ...read.keys()])]
  let now = state
  return locations.flatMap((location) => {
    const available = read.get(location) ?? null
    const known = now.levels[location]
    if (known !== undefined && (known.at >= command.at || known.available === available)) return []
    const event = observed(now, location, available, command.at, 'read')
    now = evolve(now, event)
    return [event]
  })
}

const linkOf = ({ listing }: StockState, { etsy }: ChannelsOfItem): readonly StockEvent[] => {
  if (etsy === null) return listing === null ? [] : [{ type: 'inventory.EtsyListingUnlinked', data: { listingId: listing.listingId } }]
  const { listingId, sku, maxQuantity } = etsy
  const same = listing !== null && listing.listingId === listingId && listing.sku === sku && listing.maxQuantity === maxQuantity
  return same ? [] : [{ type: 'inventory.EtsyListingLinked', data: { listingId, sku, maxQuantity } }]
}

const observeChannels = (state: StockState, command: Extract<StockCommand, { type: 'ObserveChannels' }>): readonly StockEvent[] => {
  const { sku, title, etsy } = command
  const named: readonly StockEvent[] = sku === state.sku && title === state.title ? [] : [{ type: 'inventory.ItemIdentified', data: { sku, title } }]
  const linked = linkOf(state, command)
  const levels = levelsRead(state, command)
  const drifted = etsy !== null && linked.length === 0 && state.decided !== null && etsy.quantity !== state.decided
  const drift: readonly StockEvent[] = drifted
    ? [{ type: 'inventory.DriftFound', data: { listingId: etsy.listingId, decided: state.decided ?? 0, found: etsy.quantity } }]
    : []
  const because = linked.length > 0 ? 'listing linked' : levels.length > 0 ? 'stock changed' : 'drift'
  return thenMirror(state, [...named, ...linked, ...levels, ...drift], because, etsy?.quantity)
}

/** The oversell buffer: Shopify's stock is mirrored to Etsy, and the last pieces are kept off it. */
export const stock = decider<StockCommand, StockEvent, StockState>({
  aggregate: 'stock',
  version: 1,
  initialState,
  evolve,
  decide: (command, state) => {
    switch (command.type) {
      case 'ObserveLevel':
        return observeLevel(state, command)
      case 'ObserveChannels':
        return observeChannels(state, command)
      case 'SetBuffer':
        return command.buffer === state.buffer ? [] : thenMirror(state, [{ type: 'inventory.BufferSet', data: { buffer: command.buffer } }], 'buffer changed')
    }
  },
})
