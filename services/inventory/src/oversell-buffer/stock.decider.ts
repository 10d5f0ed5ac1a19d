import type { InventoryEvent } from '@zyra/contracts'
import { decider } from '@zyra/es'

/** Below this many pieces Etsy sells nothing, unless the merchant says otherwise for the item. */
export const DEFAULT_BUFFER = 2

type Own = 'ItemIdentified' | `EtsyListing${'Linked' | 'Unlinked'}` | 'StockObserved' | 'SaleWithheld' | 'BufferSet' | 'EtsyQuantityDecided' | 'DriftFound'
type StockEvent = Extract<InventoryEvent, { type: `inventory.${Own}` }>
type DataOf<Name extends Own | 'ChannelsRead'> = Extract<InventoryEvent, { type: `inventory.${Name}` }>['data']
type Because = DataOf<'EtsyQuantityDecided'>['because']
type Sale = Readonly<DataOf<'SaleWithheld'>>

/** `at` is Shopify's time of the observation, UTC with nine decimals. */
export type StockCommand =
  | { readonly type: 'ObserveLevel'; readonly location: string; readonly available: number | null; readonly at: string }
  | ({ readonly type: 'ObserveChannels'; readonly at: string } & Omit<DataOf<'ChannelsRead'>['items'][number], 'inventoryItem'>)
  | { readonly type: 'WithholdSale'; readonly sale: Sale }
  | { readonly type: 'SetBuffer'; readonly buffer: number }
type Command<Type extends StockCommand['type']> = Extract<StockCommand, { readonly type: Type }>

/** One inventory item: its stock by location, and what Etsy was told to sell of it. */
export interface StockState {
  readonly sku: string
  readonly title: string
  readonly levels: Readonly<Record<string, { readonly available: number | null; readonly at: string }>>
  /** What Etsy sold and Shopify's numbers need not have in them. */
  readonly withheld: readonly Sale[]
  readonly buffer: number
  readonly listing: { readonly listingId: string; readonly sku: string; readonly maxQuantity: number } | null
  /** Null while there is no listing, or no stock that Shopify tracks: then Etsy is left alone. */
  readonly decided: number | null
}

const initialState: StockState = { sku: '', title: '', levels: {}, withheld: [], buffer: DEFAULT_BUFFER, listing: null, decided: null }

/** The stock over all locations that track it; null where none does. */
export const totalOf = ({ levels }: Pick<StockState, 'levels'>): number | null => {
  const tracked = Object.values(levels).flatMap(({ available }) => available ?? [])
  return tracked.length === 0 ? null : tracked.reduce((sum, available) => sum + available, 0)
}

/** Shopify has not told a number yet that is sure to have the sale in it. */
const isOpen = ({ levels }: StockState, { location, countedAt }: Sale): boolean => countedAt === null || (levels[location]?.at ?? '') < countedAt

/** What Etsy should sell: all there is, but nothing below the buffer. */
const quantityFor = (available: number, buffer: number, maxQuantity: number): number => (available < buffer ? 0 : Math.min(available, maxQuantity))

const evolve = (state: StockState, event: StockEvent): StockState => {
  switch (event.type) {
    case 'inventory.ItemIdentified':
      return { ...state, ...event.data }
    case 'inventory.StockObserved': {
      const { location, available, at, total } = event.data
      return { ...state, levels: { ...state.levels, [location]: { available, at } }, decided: total === null ? null : state.decided }
    }
    case 'inventory.SaleWithheld':
      return { ...state, withheld: [...state.withheld.filter((sale) => isOpen(state, sale) && sale.transactionId !== event.data.transactionId), event.data] }
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
  const [total, { buffer, listing, decided }] = [totalOf(now), now]
  if (listing === null || total === null) return facts
  const available = now.withheld.reduce((left, sale) => (isOpen(now, sale) ? left - sale.quantity : left), total)
  const { listingId, sku, maxQuantity } = listing
  const quantity = quantityFor(available, buffer, maxQuantity)
  if (quantity === decided && quantity === (onEtsy ?? quantity)) return facts
  const before = onEtsy ?? decided
  const lowers = before !== null && quantity < before
  return [...facts, { type: 'inventory.EtsyQuantityDecided', data: { listingId, sku, available, buffer, before, quantity, lowers, because } }]
}

const observed = (state: StockState, location: string, level: StockState['levels'][string], via: 'webhook' | 'read'): StockEvent => {
  const total = totalOf({ levels: { ...state.levels, [location]: level } })
  return { type: 'inventory.StockObserved', data: { location, before: state.levels[location]?.available ?? null, ...level, total, via } }
}

const observeLevel = (state: StockState, { location, available, at }: Command<'ObserveLevel'>): readonly StockEvent[] => {
  const known = state.levels[location]
  const isNew = known === undefined || at > known.at || (at === known.at && available !== known.available)
  return isNew ? thenMirror(state, [observed(state, location, { available, at }, 'webhook')], 'stock changed') : []
}

/** A location that was not read again has gone. What a webhook told after the read stands. */
const levelsRead = (state: StockState, { levels, at }: Command<'ObserveChannels'>): readonly StockEvent[] => {
  const read = new Map(levels.map(({ location, available }) => [location, available]))
  return [...new Set([...Object.keys(state.levels), ...read.keys()])].reduce<readonly StockEvent[]>((events, location) => {
    const [known, available] = [state.levels[location], read.get(location) ?? null]
    const isAwaited = state.withheld.some((sale) => sale.location === location && isOpen(state, sale))
    const stands = known !== undefined && (known.at >= at || (known.available === available && !isAwaited))
    return stands ? events : [...events, observed(events.reduce(evolve, state), location, { available, at }, 'read')]
  }, [])
}

const linkOf = ({ listing }: StockState, { etsy }: Command<'ObserveChannels'>): readonly StockEvent[] => {
  if (etsy === null) return listing === null ? [] : [{ type: 'inventory.EtsyListingUnlinked', data: { listingId: listing.listingId } }]
  const { listingId, sku, maxQuantity } = etsy
  const same = listing !== null && listing.listingId === listingId && listing.sku === sku && listing.maxQuantity === maxQuantity
  return same ? [] : [{ type: 'inventory.EtsyListingLinked', data: { listingId, sku, maxQuantity } }]
}

const observeChannels = (state: StockState, command: Command<'ObserveChannels'>): readonly StockEvent[] => {
  const { sku, title, at, etsy } = command
  const identified: readonly StockEvent[] = sku === state.sku && title === state.title ? [] : [{ type: 'inventory.ItemIdentified', data: { sku, title } }]
  const [linked, levels] = [linkOf(state, command), levelsRead(state, command)]
  const { listing, decided } = [...linked, ...levels].reduce(evolve, state)
  // Etsy need not have shown yet what was decided on something newer than the read, and what it sold lately need not be known yet.
  const isOutdated = Object.values(state.levels).some((level) => level.at > at) || (etsy?.soldLately === true && etsy.quantity < (decided ?? 0))
  const onEtsy = isOutdated ? undefined : etsy?.quantity
  const hasDrifted = listing !== null && decided !== null && onEtsy !== undefined && onEtsy !== decided
  const drift: readonly StockEvent[] = hasDrifted ? [{ type: 'inventory.DriftFound', data: { listingId: listing.listingId, decided, found: onEtsy } }] : []
  const because = linked.length > 0 ? 'listing linked' : levels.length > 0 ? 'stock changed' : 'drift'
  return thenMirror(state, [...identified, ...linked, ...levels, ...drift], because, onEtsy)
}

const isKnown = ({ withheld }: StockState, sale: Sale): boolean =>
  withheld.some(({ transactionId, countedAt }) => transactionId === sale.transactionId && (countedAt !== null || sale.countedAt === null))

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
      case 'WithholdSale':
        return isKnown(state, command.sale) ? [] : thenMirror(state, [{ type: 'inventory.SaleWithheld', data: command.sale }], 'stock changed')
      case 'SetBuffer':
        return command.buffer === state.buffer ? [] : thenMirror(state, [{ type: 'inventory.BufferSet', data: { buffer: command.buffer } }], 'buffer changed')
    }
  },
})
