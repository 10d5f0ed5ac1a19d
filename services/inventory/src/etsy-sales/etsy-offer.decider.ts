import type { InventoryEvent } from '@zyra/contracts'
import { decider } from '@zyra/es'

/** Sales are remembered this long, so that a receipt that changes later (it is sent, say) counts nothing twice; older ones count as known. */
export const REMEMBERED_MS = 90 * 24 * 60 * 60_000
/** Etsy's clock and Shopify's may differ by this much. */
const CLOCKS_DIFFER_MS = 60_000

type OfferEvent = Extract<InventoryEvent, { type: `inventory.${'EtsyOfferLinked' | 'EtsySaleMatched' | 'EtsySaleUnmatched'}` }>

interface Sale {
  readonly transactionId: string
  readonly quantity: number
  /** ISO 8601. */
  readonly soldAt: string
}

/** `at` is Shopify's time of the read that showed the link. `location` is null where Shopify does not track the item. */
export type EtsyOfferCommand =
  | { readonly type: 'Link'; readonly inventoryItem: string; readonly location: string | null; readonly at: string }
  | ({ readonly type: 'Sell' } & Sale)

/** A SKU of an Etsy listing. */
export interface EtsyOfferState {
  readonly inventoryItem: string | null
  readonly location: string | null
  /** Shopify's stock knows already what was sold before. */
  readonly since: string | null
  readonly matched: readonly Sale[]
  readonly unmatched: readonly Sale[]
}

const time = (at: string): number => Date.parse(at)

const remembered = (sales: readonly Sale[], newest: Sale): readonly Sale[] =>
  [...sales.filter(({ transactionId, soldAt }) => transactionId !== newest.transactionId && time(soldAt) > time(newest.soldAt) - REMEMBERED_MS), newest]

const matchedTo = (inventoryItem: string, location: string, { transactionId, quantity, soldAt }: Sale): OfferEvent =>
  ({ type: 'inventory.EtsySaleMatched', data: { inventoryItem, location, transactionId, quantity, soldAt } })

const counts = (since: string, { soldAt }: Sale): boolean => time(soldAt) >= time(since) - CLOCKS_DIFFER_MS

const link = (state: EtsyOfferState, { inventoryItem, location, at }: Extract<EtsyOfferCommand, { type: 'Link' }>): readonly OfferEvent[] => {
  if (inventoryItem === state.inventoryItem && location === state.location) return []
  const since = state.location === null || state.since === null ? at : state.since
  const late = location === null ? [] : state.unmatched.flatMap((sale) => (counts(since, sale) ? [matchedTo(inventoryItem, location, sale)] : []))
  return [{ type: 'inventory.EtsyOfferLinked', data: { inventoryItem, location, since } }, ...late]
}

const sell = (state: EtsyOfferState, { transactionId, quantity, soldAt }: Sale): readonly OfferEvent[] => {
  const { inventoryItem, location, since, matched, unmatched } = state
  const sale = { transactionId, quantity, soldAt }
  const known = [...matched, ...unmatched]
  const isForgotten = known.some((one) => time(soldAt) <= time(one.soldAt) - REMEMBERED_MS)
  if (isForgotten || known.some((one) => one.transactionId === transactionId)) return []
  if (inventoryItem === null || location === null || since === null) return [{ type: 'inventory.EtsySaleUnmatched', data: sale }]
  return counts(since, sale) ? [matchedTo(inventoryItem, location, sale)] : []
}

/**
 * What one SKU of an Etsy listing sells, each transaction once. An offer belongs to the item that it was last linked to, also when the two
 * were taken apart since: Etsy goes on selling what it was told to.
 */
export const etsyOffer = decider<EtsyOfferCommand, OfferEvent, EtsyOfferState>({
  aggregate: 'etsy-offer',
  version: 1,
  initialState: { inventoryItem: null, location: null, since: null, matched: [], unmatched: [] },
  evolve: (state, event) => {
    switch (event.type) {
      case 'inventory.EtsyOfferLinked':
        return { ...state, ...event.data }
      case 'inventory.EtsySaleMatched': {
        const { transactionId, quantity, soldAt } = event.data
        const unmatched = state.unmatched.filter((one) => one.transactionId !== transactionId)
        return { ...state, unmatched, matched: remembered(state.matched, { transactionId, quantity, soldAt }) }
      }
      case 'inventory.EtsySaleUnmatched':
        return { ...state, unmatched: remembered(state.unmatched, event.data) }
    }
  },
  decide: (command, state) => {
    switch (command.type) {
      case 'Link':
        return link(state, command)
      case 'Sell':
        return sell(state, command)
    }
  },
})
