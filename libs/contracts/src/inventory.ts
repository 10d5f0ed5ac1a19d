import { z } from 'zod'
import { event, type EventsOf } from './define.ts'
import { ids, pieces, reason, shopifyTime, time } from './fields.ts'

const { inventoryItem, location, listingId, etsySku, transactionId } = ids

const sku = z.string().describe('The SKU as Shopify has it; empty where it has none.')
const title = z.string().describe("Shopify's title of the product and variant.")
const maxQuantity = pieces.describe('The most that Etsy accepts of a SKU.')
const tracked = pieces.nullable()
const level = z.strictObject({ location, available: tracked.describe("Shopify's stock there; null where Shopify does not track it.") })
const sold = pieces.positive().describe('How many were sold.')
const soldAt = time.describe('When the order was placed, by Etsy, ISO 8601.')
const delta = pieces.negative().describe("What Shopify's stock changes by: below 0.")

const adjustment = { inventoryItem, location, delta, transactionId: transactionId.describe('The Etsy transaction that it is for, once.') }

const channelsPage = z.strictObject({
  asOf: shopifyTime.describe("When the read began, by Shopify's clock, UTC with nine decimals: what happened before it is part of it."),
  last: z.boolean().describe('True on the last page.'),
  itemsBefore: z.number().int().meta({ 'x-unit': 'items' }).describe('How many items stand on the pages before.'),
  items: z.array(
    z.strictObject({
      inventoryItem,
      sku,
      title,
      levels: z.array(level).describe('One entry for each location.'),
      etsy: z
        .strictObject({
          listingId,
          sku: etsySku,
          quantity: pieces.describe('What Etsy sold of it.'),
          maxQuantity,
          soldLately: z.boolean().default(false)
            .describe("Etsy's receipts tell of a sale that need not be known yet: a low `quantity` is no drift."),
        })
        .nullable()
        .describe('What Etsy has of the item; null where it does not sell it.'),
    }),
  ).describe('One entry for each inventory item.'),
}).describe('One page of what both channels showed.')

const receiptsPage = z.strictObject({
  until: time.describe('When the read began.'),
  sales: z.array(
    z.strictObject({ receiptId: ids.receiptId, transactionId, listingId, sku: etsySku, quantity: sold, soldAt }),
  ).describe('One entry for each line of an order.'),
}).describe('What the receipts that changed lately sold: paid and not cancelled. The same sale comes in every poll that sees its receipt.')

export const inventoryEvents = {
  ItemIdentified: event({
    aggregate: 'stock',
    schema: z.strictObject({ sku, title }).describe('An inventory item has this SKU and title now: seen for the first time, or renamed.'),
  }),
  EtsyListingLinked: event({
    aggregate: 'stock',
    schema: z.strictObject({ listingId, sku: etsySku, maxQuantity }).describe('The item is sold on Etsy as this SKU of this listing.'),
  }),
  EtsyListingUnlinked: event({
    aggregate: 'stock',
    schema: z.strictObject({ listingId }).describe('The item is not sold on Etsy any more; Etsy is left alone.'),
  }),
  StockObserved: event({
    aggregate: 'stock',
    schema: z.strictObject({
      location,
      before: tracked.describe('What was known of the location before; null where nothing was, or it was not tracked.'),
      available: tracked.describe("Shopify's stock at the location; null where Shopify does not track it, or the location has gone."),
      total: tracked.describe("Shopify's stock over all tracked locations; null where it tracks none."),
      at: shopifyTime.describe("Shopify's time of the observation, UTC with nine decimals: older ones change nothing."),
      via: z.enum(['webhook', 'read']).describe('Where the observation came from.'),
    }).describe("Shopify's stock of the item at one location became known."),
  }),
  BufferSet: event({
    aggregate: 'stock',
    schema: z.strictObject({ buffer: pieces.nonnegative().describe('Below this many pieces Etsy sells nothing. 2 where it was never set.') })
      .describe('The item has this buffer now.'),
  }),
  EtsyQuantityDecided: event({
    aggregate: 'stock',
    schema: z.strictObject({
      listingId,
      sku: etsySku,
      available: pieces.describe("Shopify's total less what Etsy sold and Shopify need not have counted yet. Below 0 where more was sold than there is."),
      buffer: pieces.describe('The buffer that held then.'),
      before: tracked.describe('What Etsy sold, or was last told to sell; null where neither is known.'),
      quantity: pieces.nonnegative().describe('What Etsy is to sell from now on.'),
      lowers: z.boolean().describe('True if this only reduces what Etsy sells: such a write is let through even when everything is stopped.'),
      because: z.enum(['stock changed', 'buffer changed', 'listing linked', 'drift']).describe('What made it necessary.'),
    }).describe('Etsy should sell this quantity from now on; told with all that it was decided on.'),
  }),
  DriftFound: event({
    aggregate: 'stock',
    schema: z.strictObject({
      listingId,
      decided: pieces.describe('What Etsy was to sell.'),
      found: pieces.describe('What it sold.'),
    }).describe('Etsy sold another number than decided when it was read.'),
  }),

  EtsyQuantitySet: event({
    aggregate: 'etsy-quantity',
    schema: z.strictObject({
      listingId,
      sku: etsySku,
      quantity: pieces.describe('What Etsy sells now.'),
      before: tracked.describe('What Etsy sold before; null where that is not known.'),
      written: z.boolean().describe('False where Etsy had it already and nothing was sent.'),
      renewed: z.boolean().describe('Etsy charged a listing fee.'),
      alsoZeroed: z.array(z.string().describe('A SKU.'))
        .describe('Other SKUs of the listing that had to be set to 0 on the way and want their own quantity again.'),
    }).describe('Etsy sells this quantity now: written and answered, or found to be so.'),
  }),
  EtsyQuantityRefused: event({
    aggregate: 'etsy-quantity',
    schema: z.strictObject({ listingId, sku: etsySku, quantity: pieces.describe('What Etsy was to sell.'), reason })
      .describe('Etsy, or the stop switch, declined the quantity: what Etsy sells stays as it was.'),
  }),

  EtsyReceiptsPollStarted: event({
    aggregate: 'etsy-receipts',
    schema: z.strictObject({
      since: time.describe('Every sale from before it is known.'),
      at: time.describe('When it was asked for.'),
      reconciles: z.boolean().default(false).describe('True where a reconcile reads both channels now, and needs to know which sales are news.'),
    }).describe("Etsy's receipts are being read from this time on (less an overlap: Etsy's clock is not ours)."),
  }),
  EtsyReceiptsPollQueued: event({
    aggregate: 'etsy-receipts',
    schema: z.strictObject({ at: time.describe('When it was asked for.') })
      .describe('Somebody asked while a poll was under way: what it began too early to see is read right after it.'),
  }),
  EtsyReceiptsPollFinished: event({
    aggregate: 'etsy-receipts',
    schema: z.strictObject({ until: time.describe('When the read began.') }).describe('Everything that Etsy sold before `until` is known.'),
  }),
  EtsyReceiptsPollFailed: event({
    aggregate: 'etsy-receipts',
    schema: z.strictObject({ reason }).describe("The poll of Etsy's receipts failed: the next one begins where this one did."),
  }),
  EtsyReceiptsRead: event({
    aggregate: 'etsy-receipts-read',
    previous: [{ schema: receiptsPage, upcast: (data: z.infer<typeof receiptsPage>) => ({ ...data, last: true }) }],
    schema: receiptsPage.extend({ last: z.boolean().describe('True where no page of this read follows.') })
      .describe('One page of what the receipts that changed lately sold: paid and not cancelled. The same sale comes in every poll that sees its receipt.'),
  }),
  EtsyReceiptsReadFailed: event({
    aggregate: 'etsy-receipts-read',
    schema: z.strictObject({ reason }).describe("Etsy's receipts could not be read."),
  }),

  EtsyOfferLinked: event({
    aggregate: 'etsy-offer',
    schema: z.strictObject({
      inventoryItem,
      location: location.nullable().describe("Shopify's id of the location that the pieces are taken from; null where Shopify does not track the item."),
      since: shopifyTime.describe("Shopify's stock knows what was sold before. UTC with nine decimals."),
    }).describe('This SKU of an Etsy listing sells the pieces of an inventory item.'),
  }),
  EtsySaleMatched: event({
    aggregate: 'etsy-offer',
    schema: z.strictObject({ inventoryItem, location, transactionId, quantity: sold, soldAt })
      .describe("Etsy sold pieces that Shopify's stock has to follow: told once for each transaction."),
  }),
  EtsySaleUnmatched: event({
    aggregate: 'etsy-offer',
    schema: z.strictObject({ transactionId, quantity: sold, soldAt })
      .describe('Etsy sold something that Shopify is not known to have, or not to track: it waits until there is a link.'),
  }),

  SaleWithheld: event({
    aggregate: 'stock',
    schema: z.strictObject({
      transactionId,
      quantity: sold,
      location,
      countedAt: shopifyTime.nullable()
        .describe('When Shopify took them off, by its own clock: what it tells of the location from then on has the sale in it. Null until it did.'),
    }).describe('Pieces that Etsy sold are not for sale on either channel although Shopify still counts them; told again once Shopify took them off.'),
  }),

  ShopifyAdjustmentDecided: event({
    aggregate: 'shopify-adjustment',
    schema: z.strictObject(adjustment).describe("Shopify's stock is to be changed by `delta`, once for the transaction."),
  }),
  ShopifyAdjusted: event({
    aggregate: 'shopify-stock',
    schema: z.strictObject({ ...adjustment, at: shopifyTime.describe('When, by its own clock: UTC with nine decimals.') })
      .describe('Shopify changed its stock by `delta`.'),
  }),
  ShopifyAdjustmentRefused: event({
    aggregate: 'shopify-stock',
    schema: z.strictObject({ ...adjustment, reason }).describe('Shopify did not change its stock.'),
  }),

  ReconcileStarted: event({
    aggregate: 'reconcile',
    schema: z.strictObject({
      because: z.string().describe('What it was started by, in words.'),
      at: time.describe('When it was asked for.'),
    }).describe('Both channels are being read.'),
  }),
  ReconcileScheduled: event({
    aggregate: 'reconcile',
    schema: z.strictObject({ at: time.describe('When the next run is due.') }).describe('The next run is on the timetable.'),
  }),
  ReconcileFinished: event({
    aggregate: 'reconcile',
    schema: z.strictObject({ items: z.number().int().meta({ 'x-unit': 'items' }).describe('How many inventory items were read.') })
      .describe('Both channels were read.'),
  }),
  ReconcileFailed: event({
    aggregate: 'reconcile',
    schema: z.strictObject({ reason }).describe('A channel could not be read: the next run tries again.'),
  }),
  ReconcileEnded: event({
    aggregate: 'reconcile',
    schema: z.strictObject({}).describe('The shop removed the app: no run starts until it is registered again.'),
  }),

  ChannelsRead: event({
    aggregate: 'channels',
    previous: [{ schema: channelsPage, upcast: (data: z.infer<typeof channelsPage>) => ({ ...data, unchanged: 0 }) }],
    schema: channelsPage.extend({
      unchanged: pieces.meta({ 'x-unit': 'items' }).nonnegative().describe('How many items showed nothing new and are not named; told with the last page.'),
    }).describe('One page of what both channels showed and Zyra did not know yet.'),
  }),
  ChannelsReadFailed: event({
    aggregate: 'channels',
    schema: z.strictObject({
      reason,
      stopped: z.boolean().default(false).describe('True where nothing was read because everything is stopped.'),
    }).describe('The channels could not be read.'),
  }),
} as const

/** Stock on both channels. */
export type InventoryEvent = EventsOf<'inventory', typeof inventoryEvents>
