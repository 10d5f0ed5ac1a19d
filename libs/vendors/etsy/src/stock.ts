import type { EtsyClient } from './client.ts'
import type { ListingState, ListingWithInventory } from './model.ts'
import type { Activation, Refusal, StockStep } from './stock-plan.ts'
import { kept, planQuantity, sellable } from './stock-plan.ts'

export type SetQuantity = {
  readonly listingId: string
  readonly sku: string
  /** How many Etsy should be able to sell; cut off where the listing would exceed 999. */
  readonly quantity: number
  /** false: write only what lowers what can be sold. */
  readonly mayRaise: boolean
  /** Overrides the setting given to `etsyStock`. */
  readonly mayActivate?: Activation
}

/** `before` and `after` are what can be sold of the SKU; `calls` counts requests to Etsy's listings. */
export type SetQuantityResult =
  | {
      readonly refused?: undefined
      /** false: what was wanted held already and nothing was sent. */
      readonly written: boolean
      readonly before: number
      readonly after: number
      readonly state: ListingState
      readonly calls: number
      /** Etsy charged a listing fee. */
      readonly renewed: boolean
      /** Other SKUs of the listing that were set to 0 because it was activated; they want their own quantity set again. */
      readonly alsoZeroed: readonly string[]
    }
  | { readonly refused: Refusal; readonly before: number; readonly state: ListingState; readonly calls: number }

/** `quantity` is what the listing keeps for the SKU, `sellable` what buyers can have of it now (0 when the listing is not active). */
export type QuantityRead = { readonly quantity: number; readonly sellable: number; readonly state: ListingState }

export type EtsyStock = {
  /**
   * Makes Etsy sell exactly this many, whatever was there before. It reads first and writes only what differs, so calling it again after an
   * error settles what is left. Throws EtsyError, or RangeError for a quantity that is none.
   */
  readonly setQuantity: (wanted: SetQuantity, signal?: AbortSignal) => Promise<SetQuantityResult>
  /** Throws EtsyError. A SKU that the listing does not have reads as 0. */
  readonly readQuantity: (what: { readonly listingId: string; readonly sku: string }, signal?: AbortSignal) => Promise<QuantityRead>
}

export type EtsyStockOptions = {
  readonly client: Pick<EtsyClient, 'getListingInventory' | 'updateListingInventory' | 'updateListing'>
  readonly clock?: () => Date
  /** `never` if not given: putting a listing up for sale again is a decision. */
  readonly mayActivate?: Activation
}

/** Sets and reads the quantity of one SKU, by the rules of `planQuantity`. */
export const etsyStock = ({ client, clock = () => new Date(), mayActivate = 'never' }: EtsyStockOptions): EtsyStock => {
  const take = async (view: ListingWithInventory, step: StockStep, signal?: AbortSignal): Promise<ListingWithInventory> => {
    const { listingId } = view.listing
    return step.kind === 'put-inventory'
      ? { ...view, inventory: await client.updateListingInventory(listingId, step.update, signal) }
      : { ...view, listing: await client.updateListing(listingId, { state: step.state }, signal) }
  }

  return {
    setQuantity: async ({ listingId, sku, ...goal }, signal) => {
      if (!Number.isSafeInteger(goal.quantity) || goal.quantity < 0) {
        throw new RangeError(`quantity of ${sku} must be a whole number from 0 on, but is ${goal.quantity}.`)
      }
      let view = await client.getListingInventory(listingId, signal)
      const plan = planQuantity(view, { mayActivate, ...goal, sku }, clock())
      const { before } = plan
      const { state } = view.listing
      if (plan.kind === 'refused') return { refused: plan.refused, before, state, calls: 1 }
      if (plan.kind === 'holds') return { written: false, before, after: before, state, calls: 1, renewed: false, alsoZeroed: [] }

      for (const step of plan.steps) view = await take(view, step, signal)
      return {
        written: true, before, after: sellable(view, sku), state: view.listing.state, calls: 1 + plan.steps.length,
        renewed: plan.renews, alsoZeroed: plan.alsoZeroed,
      }
    },
    readQuantity: async ({ listingId, sku }, signal) => {
      const view = await client.getListingInventory(listingId, signal)
      return { quantity: kept(view, sku), sellable: sellable(view, sku), state: view.listing.state }
    },
  }
}
