import type { InventoryEvent } from '@zyra/contracts'
import { decider } from '@zyra/es'

/** Below this many pieces Etsy sells nothing, unless the merchant says otherwise for the item. */
export const DEFAULT_BUFFER = 2

type StockEvent = Extract<
  InventoryEvent,
  { type: `inventory.${'ItemIdentified' | 'EtsyListingLinked' | 'EtsyListingUnlinked' | 'StockObserved' | 'BufferSet' | 'EtsyQuantityDecided' | 'DriftFound'}` }
>
type Because = Extract<StockEvent, { type: 'inventory.EtsyQuantityDecided' }>['data']['because']

/** `at` is Shopify's time of the observation, UTC with nine decimals. */
export type StockCommand =
  | { readonly type: 'ObserveLevel'; readonly location: string; readonly available: number | null; readonly at: string }
  | {
      readonly type: 'ObserveChannels'
      readonly at: string
      readonly sku: string
      readonly title: string
      readonly levels: readonly { readonly location: string; readonly available: number | null }[]
      readonly etsy: { readonly listingId: string; readonly sku: string; readonly quantity: number; readonly maxQuantity: number } | null
    }
  | { readonly type: 'SetBuffer'; readonly buffer: number }
type Command<Type extends StockCommand['type']> = Extract<StockCommand, { readonly type: Type }>

/** One inventory item: its stock by location, and what Etsy was told to sell of it. */
export interface StockState {
  readonly sku: string
  readonly title: string
  readonly levels: Readonly<Record<string, { readonly available: number | null; readonly at: string }>>
  readonly buffer: number
  readonly listing: { readonly listingId: string; readonly sku: string; readonly maxQuantity: number } | null
  /** Null while there is no listing, or no stock that Shopify tracks: then Etsy is left alone. */
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
  available < buffer ? 0 : Math.min(available, maxQuantity)

const evolve = (state: StockState, event: StockEvent): StockState => {
  switch (event.type) {
    case 'inventory.ItemIdentified':
      return { ...state, ...event.data }
    case 'inventory.StockObserved': {
      const { location, available, at, total } = event.data
      return { ...state, levels: { ...state.levels, [location]: { available, at } }, decided: total === null ? null : state.decided }
    }
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
  const [available, { buffer, listing, decided }] = [totalOf(now), now]
  if (listing === null || available === null) return facts
  const { listingId, sku, maxQuantity } = listing
  const quantity = quantityFor(available, buffer, maxQuantity)
  if (quantity === decided && quantity === (onEtsy ?? quantity)) return facts
  const before = onEtsy ?? decided
  const lowers = before !== null && quantity < before
  return [...facts, { type: 'inventory.EtsyQuantityDecided', data: { listingId, sku, available, buffer, before, quantity, lowers, because } }]
}

const observed = (state: StockState, location: string, available: number | null, at: string, via: 'webhook' | 'read'): StockEvent => {
  const before = state.levels[location]?.available ?? null
  const total = totalOf({ levels: { ...state.levels, [location]: { available, at } } })
  return { type: 'inventory.StockObserved', data: { location, before, available, total, at, via } }
}

const observeLevel = (state: StockState, { location, available, at }: Command<'ObserveLevel'>): readonly StockEvent[] => {
  const known = state.levels[location]
  const isLate = known !== undefined && at < known.at
  const isRepeated = known?.at === at && known.available === available
  return isLate || isRepeated ? [] : thenMirror(state, [observed(state, location, available, at, 'webhook')], 'stock changed')
}

/** A location that was not read again has gone. What a webhook told after the read stands. */
const levelsRead = (state: StockState, { levels, at }: Command<'ObserveChannels'>): readonly StockEvent[] => {
  const read = new Map(levels.map(({ location, available }) => [location, available]))
  const locations = [...new Set([...Object.keys(state.levels), ...read.keys()])]
  return locations.reduce<readonly StockEvent[]>((events, location) => {
    const [known, available] = [state.levels[location], read.get(location) ?? null]
    const stands = known !== undefined && (known.at >= at || known.available === available)
    return stands ? events : [...events, observed(events.reduce(evolve, state), location, available, at, 'read')]
  }, [])
}

const linkOf = ({ listing }: StockState, { etsy }: Command<'ObserveChannels'>): readonly StockEvent[] => {
  if (etsy === null) return listing === null ? [] : [{ type: 'inventory.EtsyListingUnlinked', data: { listingId: listing.listingId } }]
  const { listingId, sku, maxQuantity } = etsy
  const same = listing !== null && listing.listingId === listingId && listing.sku === sku && listing.maxQuantity === maxQuantity
  return same ? [] : [{ type: 'inventory.EtsyListingLinked', data: { listingId, sku, maxQuantity } }]
}

/** Etsy sells another number than it was told. */
const driftOf = ({ listing, decided }: StockState, onEtsy: number | undefined): readonly StockEvent[] =>
  listing === null || decided === null || onEtsy === undefined || onEtsy === decided
    ? []
    : [{ type: 'inventory.DriftFound', data: { listingId: listing.listingId, decided, found: onEtsy } }]

const observeChannels = (state: StockState, command: Command<'ObserveChannels'>): readonly StockEvent[] => {
  const { sku, title, at, etsy } = command
  const identified: readonly StockEvent[] = sku === state.sku && title === state.title ? [] : [{ type: 'inventory.ItemIdentified', data: { sku, title } }]
  const linked = linkOf(state, command)
  const levels = levelsRead(state, command)
  // Etsy need not have shown yet what was decided on something newer than the read.
  const onEtsy = Object.values(state.levels).some((level) => level.at > at) ? undefined : etsy?.quantity
  const drift = driftOf([...linked, ...levels].reduce(evolve, state), onEtsy)
  const because = linked.length > 0 ? 'listing linked' : levels.length > 0 ? 'stock changed' : 'drift'
  return thenMirror(state, [...identified, ...linked, ...levels, ...drift], because, onEtsy)
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
