import type { InventoryEvent } from '@zyra/contracts'
import { clock } from '../time.ts'
import { count } from '../words.ts'
import { amount, tail, type Gists } from './gists.ts'

const reasons = {
  'stock changed': 'the stock changed',
  'buffer changed': 'the buffer changed',
  'listing linked': 'the listing was linked',
  drift: 'Etsy had drifted',
} as const

const change = (before: number | null, after: number): string => `${before === null ? '' : `${before} `}-> ${after}`

const failed = ({ data: { reason } }: { readonly data: { readonly reason: string } }): string => reason

export const inventoryGists: Gists<InventoryEvent> = {
  'inventory.ItemIdentified': ({ data: { sku, title } }) => `it is ${sku}, "${title}"`,
  'inventory.EtsyListingLinked': ({ data: { sku, listingId } }) => `sold on Etsy as ${sku} of listing ${listingId}`,
  'inventory.EtsyListingUnlinked': ({ data: { listingId } }) => `not sold on Etsy any more (listing ${listingId})`,
  'inventory.StockObserved': ({ data: { before, available, total, location, via } }) => {
    const others = total === available ? '' : `, ${amount(total)} over all`
    return `${before === null ? '' : `${before} -> `}${amount(available)} at location ${tail(location)}${others}${via === 'read' ? ', found by reading' : ''}`
  },
  'inventory.BufferSet': ({ data: { buffer } }) => `buffer is ${buffer}`,
  'inventory.EtsyQuantityDecided': ({ data: { before, quantity, available, buffer, because } }) =>
    `Etsy ${change(before, quantity)}: ${available} available, buffer ${buffer}, ${reasons[because]}`,
  'inventory.DriftFound': ({ data: { found, decided } }) => `Etsy had ${found}, where ${decided} were decided`,
  'inventory.EtsyQuantitySet': ({ data: { quantity, before, written, renewed, alsoZeroed } }) => {
    const extra = `${renewed ? ', a listing fee was charged' : ''}${alsoZeroed.length === 0 ? '' : `, zeroed too: ${alsoZeroed.join(', ')}`}`
    return written ? `Etsy ${change(before, quantity)}${extra}` : `Etsy has ${quantity} already, nothing was written${extra}`
  },
  'inventory.EtsyQuantityRefused': ({ data: { quantity, reason } }) => `Etsy stays, ${quantity} were decided: ${reason}`,
  'inventory.EtsyReceiptsPollStarted': ({ data: { since } }) => `reading Etsy's receipts since ${clock(since)}`,
  'inventory.EtsyReceiptsPollQueued': () => 'asked while receipts are being read: they are read once more after it',
  'inventory.EtsyReceiptsPollFinished': ({ data: { until } }) => `Etsy's sales are known until ${clock(until)}`,
  'inventory.EtsyReceiptsPollFailed': failed,
  'inventory.EtsyReceiptsRead': ({ data: { sales } }) =>
    sales.length === 0
      ? 'no sale'
      : `${count(sales.length, 'sale')}: ${sales.map(({ quantity, sku }) => `${quantity} x ${sku}`).join(', ')}`,
  'inventory.EtsyReceiptsReadFailed': failed,
  'inventory.EtsyOfferLinked': ({ data: { inventoryItem, since } }, item) =>
    `sells the pieces of ${item(inventoryItem)}; sales count from ${clock(since)}`,
  'inventory.EtsySaleMatched': ({ data: { quantity, inventoryItem, transactionId } }, item) =>
    `Etsy sold ${quantity} x ${item(inventoryItem)}, transaction ${transactionId}`,
  'inventory.EtsySaleUnmatched': ({ data: { quantity, transactionId } }) =>
    `Etsy sold ${quantity} of what Shopify is not known to have, transaction ${transactionId}`,
  'inventory.SaleWithheld': ({ data: { quantity, location, countedAt } }) =>
    countedAt === null
      ? `${quantity} sold on Etsy, kept off both channels until Shopify takes them off at location ${tail(location)}`
      : `Shopify took the ${quantity} that Etsy sold off at location ${tail(location)}`,
  'inventory.ShopifyAdjustmentDecided': ({ data: { inventoryItem, delta, location } }, item) =>
    `Shopify's stock of ${item(inventoryItem)} is to change by ${delta} at location ${tail(location)}`,
  'inventory.ShopifyAdjusted': ({ data: { inventoryItem, delta, location } }, item) =>
    `Shopify changed ${item(inventoryItem)} by ${delta} at location ${tail(location)}`,
  'inventory.ShopifyAdjustmentRefused': ({ data: { inventoryItem, delta, reason } }, item) =>
    `Shopify did not change ${item(inventoryItem)} by ${delta}: ${reason}`,
  'inventory.ReconcileStarted': ({ data: { because } }) => `reading both channels: ${because}`,
  'inventory.ReconcileScheduled': ({ data: { at } }) => `next run at ${clock(at)}`,
  'inventory.ReconcileFinished': ({ data: { items } }) => `both channels were read, ${items} items`,
  'inventory.ReconcileFailed': failed,
  'inventory.ReconcileEnded': () => 'no further run until the shop is registered again',
  'inventory.ChannelsRead': ({ data: { items, last, unchanged } }) =>
    `${count(items.length, 'item')} as both channels showed them${unchanged === 0 ? '' : `, ${unchanged} showed nothing new`}${last ? '' : ', more follow'}`,
  'inventory.ChannelsReadFailed': failed,
}
