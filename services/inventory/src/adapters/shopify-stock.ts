import { entryId } from '@zyra/contracts'
import type { EffectContext } from '@zyra/es'
import type { ShopifyAdjusted, ShopifyAdjustment, ShopifyStockPort } from '../etsy-sales/shopify-stock.port.ts'
import type { Channels } from './clients.ts'
import { refusalByShopify } from './vendor-errors.ts'

/** Shopify knows an idempotency key for 24 hours; an hour less, for clocks that differ. */
const KEY_KNOWN_MS = 23 * 60 * 60_000

/**
 * Shopify's stock. A key whose attempt failed at Shopify is used up, so one more stands by, derived from the first: whoever repeats the
 * effect walks the same keys in the same order, and so does it once.
 * @throws Transient for what passes by itself; Error where Shopify declines, or where nobody can tell any more whether it was done
 */
export const shopifyStock = (channels: (merchant: string) => Promise<Channels>, now: () => Date): ShopifyStockPort => {
  const adjust = async ({ inventoryItem, location, delta, transactionId }: ShopifyAdjustment, { merchant, key, signal }: EffectContext): Promise<ShopifyAdjusted> => {
    const { shopify } = await channels(merchant)
    const changes = [{ inventoryItemId: inventoryItem, locationId: location, delta, changeFromQuantity: null }]
    const write = (idempotencyKey: string) =>
      shopify.adjustAvailable({ idempotencyKey, reason: 'correction', referenceDocumentUri: `gid://zyra/EtsyTransaction/${transactionId}`, changes }, { signal })
    const first = await write(key)
    const result = !first.ok && first.error.kind === 'idempotency-failed' ? await write(entryId(key, 'again')) : first
    if (result.ok) return { at: result.value.createdAt }
    throw new Error(`Etsy transaction ${transactionId} is not off Shopify's stock of item ${inventoryItem}: ${refusalByShopify(result.error)}`)
  }
  return {
    do: adjust,
    find: (adjustment, context) => {
      const { decidedAt, transactionId, inventoryItem } = adjustment
      if (now().getTime() - Date.parse(decidedAt) < KEY_KNOWN_MS) return adjust(adjustment, context)
      return Promise.reject(new Error(
        `Etsy transaction ${transactionId} was tried more than 23 hours ago and nobody can tell whether it is off Shopify's stock: look at the inventory history of item ${inventoryItem}, and redrive if it is not`,
      ))
    },
  }
}
