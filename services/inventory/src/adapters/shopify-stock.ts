import { entryId } from '@zyra/contracts'
import type { EffectContext } from '@zyra/es'
import type { ShopifyAdjusted, ShopifyAdjustment, ShopifyStockPort } from '../etsy-sales/shopify-stock.port.ts'
import type { Channels } from './clients.ts'
import { refusalByShopify } from './vendor-errors.ts'

/** Shopify knows an idempotency key for 24 hours; an hour less, for clocks that differ. */
const KEY_KNOWN_MS = 23 * 60 * 60_000

/** One attempt is tried no more often than this before it is parked. */
const KEYS = 8

/**
 * Shopify's stock. The key belongs to the Etsy transaction, so that nothing that is done again, by whomever, lowers stock twice. A key whose
 * attempt failed at Shopify is used up, so others stand by, derived from the first: whoever repeats the effect walks the same keys in the same
 * order, and so does it once. After a day Shopify has forgotten them: then a person looks, and a redrive is their word that it was not done.
 * @throws Transient for what passes by itself; Error where Shopify declines, or where nobody can tell any more whether it was done
 */
export const shopifyStock = (channels: (merchant: string) => Promise<Channels>, now: () => Date): ShopifyStockPort => {
  const adjust = async (adjustment: ShopifyAdjustment, { merchant, attempt, signal }: EffectContext, ...more: readonly string[]): Promise<ShopifyAdjusted> => {
    const { inventoryItem, location, delta, transactionId } = adjustment
    const { shopify } = await channels(merchant)
    const key = entryId('shopify-adjustment', merchant, transactionId, ...more)
    const changes = [{ inventoryItemId: inventoryItem, locationId: location, delta, changeFromQuantity: null }]
    const referenceDocumentUri = `gid://zyra/EtsyTransaction/${transactionId}`
    const write = (idempotencyKey: string) => shopify.adjustAvailable({ idempotencyKey, reason: 'correction', referenceDocumentUri, changes }, { signal })
    let result = await write(key)
    for (let next = 1; next < KEYS * attempt && !result.ok && result.error.kind === 'idempotency-failed'; next += 1) {
      result = await write(entryId(key, String(next)))
    }
    if (result.ok) return { at: result.value.createdAt }
    throw new Error(`Etsy transaction ${transactionId} is not off Shopify's stock of item ${inventoryItem}: ${refusalByShopify(result.error)}`)
  }
  return {
    do: adjust,
    find: (adjustment, context) => {
      const { decidedAt, transactionId, inventoryItem } = adjustment
      if (now().getTime() - Date.parse(decidedAt) < KEY_KNOWN_MS) return adjust(adjustment, context)
      if (context.attempt > 1) return adjust(adjustment, context, `redrive ${context.attempt}`)
      const unknown = `Etsy transaction ${transactionId} was tried more than 23 hours ago and nobody can tell whether it is off Shopify's stock`
      return Promise.reject(new Error(`${unknown}: look at the inventory history of item ${inventoryItem}, and redrive if it is not`))
    },
  }
}
