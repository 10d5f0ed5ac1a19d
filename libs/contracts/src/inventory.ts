import { z } from 'zod'
import { event, type EventsOf } from './define.ts'

const count = z.number().int()
/** Order of Shopify's observations: ISO 8601 UTC with nine decimals, compared as text. */
const vendorTime = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/, 'expected UTC with nine decimals')

/** Where an observation of Shopify's stock came from. */
const via = z.enum(['webhook', 'read'])

const level = z.strictObject({ location: z.string(), available: count.nullable() })

const channelsPage = z.strictObject({
  asOf: vendorTime,
  last: z.boolean(),
  itemsBefore: count,
  items: z.array(
    z.strictObject({
      inventoryItem: z.string(),
      sku: z.string(),
      title: z.string(),
      levels: z.array(level),
      etsy: z
        .strictObject({
          listingId: z.string(),
          sku: z.string(),
          quantity: count,
          maxQuantity: count,
          /** Etsy's receipts tell of a sale that need not be known yet: a low `quantity` is no drift. */
          soldLately: z.boolean().default(false),
        })
        .nullable(),
    }),
  ),
})

const receiptsPage = z.strictObject({
  /** When the read began. */
  until: z.iso.datetime(),
  sales: z.array(
    z.strictObject({
      receiptId: z.string(),
      transactionId: z.string(),
      listingId: z.string(),
      sku: z.string(),
      quantity: count.positive(),
      soldAt: z.iso.datetime(),
    }),
  ),
})

export const inventoryEvents = {
  /** An inventory item has this SKU and title now: seen for the first time, or renamed. */
  ItemIdentified: event({ aggregate: 'stock', schema: z.strictObject({ sku: z.string(), title: z.string() }) }),
  /** The item is sold on Etsy as this SKU of this listing. `maxQuantity` is the most that the channel accepts. */
  EtsyListingLinked: event({
    aggregate: 'stock',
    schema: z.strictObject({ listingId: z.string(), sku: z.string(), maxQuantity: count }),
  }),
  EtsyListingUnlinked: event({ aggregate: 'stock', schema: z.strictObject({ listingId: z.string() }) }),
  /** Shopify's stock of the item at one location; null where Shopify does not track it. `total` is over all tracked locations. */
  StockObserved: event({
    aggregate: 'stock',
    schema: z.strictObject({ location: z.string(), before: count.nullable(), available: count.nullable(), total: count.nullable(), at: vendorTime, via }),
  }),
  BufferSet: event({ aggregate: 'stock', schema: z.strictObject({ buffer: count.nonnegative() }) }),
  /** What Etsy should sell from now on, with all that it was decided on. */
  EtsyQuantityDecided: event({
    aggregate: 'stock',
    schema: z.strictObject({
      listingId: z.string(),
      sku: z.string(),
      available: count,
      buffer: count,
      before: count.nullable(),
      quantity: count.nonnegative(),
      /** True if this only reduces what Etsy sells: such a write is let through even when everything is stopped. */
      lowers: z.boolean(),
      because: z.enum(['stock changed', 'buffer changed', 'listing linked', 'drift']),
    }),
  }),
  /** Etsy sold another number than decided when it was read. */
  DriftFound: event({
    aggregate: 'stock',
    schema: z.strictObject({ listingId: z.string(), decided: count, found: count }),
  }),

  /** Etsy sells this quantity now: written and answered, or found to be so. */
  EtsyQuantitySet: event({
    aggregate: 'etsy-quantity',
    schema: z.strictObject({
      listingId: z.string(),
      sku: z.string(),
      quantity: count,
      before: count.nullable(),
      /** False where Etsy had it already and nothing was sent. */
      written: z.boolean(),
      /** Etsy charged a listing fee. */
      renewed: z.boolean(),
      /** Other SKUs of the listing that had to be set to 0 on the way and want their own quantity again. */
      alsoZeroed: z.array(z.string()),
    }),
  }),
  EtsyQuantityRefused: event({
    aggregate: 'etsy-quantity',
    schema: z.strictObject({ listingId: z.string(), sku: z.string(), quantity: count, reason: z.string() }),
  }),

  /** Etsy's receipts are being read from this time on (less an overlap: Etsy's clock is not ours). */
  EtsyReceiptsPollStarted: event({
    aggregate: 'etsy-receipts',
    schema: z.strictObject({
      since: z.iso.datetime(),
      at: z.iso.datetime(),
      /** True where a reconcile reads both channels now, and needs to know which sales are news. */
      reconciles: z.boolean().default(false),
    }),
  }),
  /** Somebody asked while a poll was under way: what it began too early to see is read right after it. */
  EtsyReceiptsPollQueued: event({ aggregate: 'etsy-receipts', schema: z.strictObject({ at: z.iso.datetime() }) }),
  /** Everything that Etsy sold before `until` is known. */
  EtsyReceiptsPollFinished: event({ aggregate: 'etsy-receipts', schema: z.strictObject({ until: z.iso.datetime() }) }),
  EtsyReceiptsPollFailed: event({ aggregate: 'etsy-receipts', schema: z.strictObject({ reason: z.string() }) }),
  /** One page of what the receipts that changed lately sold: paid and not cancelled. The same sale comes in every poll that sees its receipt. */
  EtsyReceiptsRead: event({
    aggregate: 'etsy-receipts-read',
    previous: [{ schema: receiptsPage, upcast: (data: z.infer<typeof receiptsPage>) => ({ ...data, last: true }) }],
    /** `last`: no page of this read follows. */
    schema: receiptsPage.extend({ last: z.boolean() }),
  }),
  EtsyReceiptsReadFailed: event({ aggregate: 'etsy-receipts-read', schema: z.strictObject({ reason: z.string() }) }),

  /** This SKU of an Etsy listing sells the pieces of an inventory item that Shopify keeps at `location`; null where Shopify does not track it. */
  EtsyOfferLinked: event({
    aggregate: 'etsy-offer',
    schema: z.strictObject({
      inventoryItem: z.string(),
      location: z.string().nullable(),
      /** Shopify's stock knows what was sold before. */
      since: vendorTime,
    }),
  }),
  /** A sale that Shopify's stock has to follow: once for each transaction. */
  EtsySaleMatched: event({
    aggregate: 'etsy-offer',
    schema: z.strictObject({
      inventoryItem: z.string(), location: z.string(), transactionId: z.string(), quantity: count.positive(), soldAt: z.iso.datetime(),
    }),
  }),
  /** A sale of something that Shopify is not known to have. */
  EtsySaleUnmatched: event({
    aggregate: 'etsy-offer',
    schema: z.strictObject({ transactionId: z.string(), quantity: count.positive(), soldAt: z.iso.datetime() }),
  }),

  /**
   * Pieces that Etsy sold are not for sale on either channel, although Shopify still counts them at `location`. Told again with `countedAt`
   * once Shopify took them off, by its own clock: what Shopify tells of the location from then on has the sale in it.
   */
  SaleWithheld: event({
    aggregate: 'stock',
    schema: z.strictObject({ transactionId: z.string(), quantity: count.positive(), location: z.string(), countedAt: vendorTime.nullable() }),
  }),

  /** Shopify's stock is to be changed by `delta`, once for the transaction. */
  ShopifyAdjustmentDecided: event({
    aggregate: 'shopify-adjustment',
    schema: z.strictObject({ inventoryItem: z.string(), location: z.string(), delta: count.negative(), transactionId: z.string() }),
  }),
  /** Shopify did it, at this time by its own clock. */
  ShopifyAdjusted: event({
    aggregate: 'shopify-stock',
    schema: z.strictObject({ inventoryItem: z.string(), location: z.string(), delta: count.negative(), transactionId: z.string(), at: vendorTime }),
  }),
  ShopifyAdjustmentRefused: event({
    aggregate: 'shopify-stock',
    schema: z.strictObject({
      inventoryItem: z.string(), location: z.string(), delta: count.negative(), transactionId: z.string(), reason: z.string(),
    }),
  }),

  ReconcileStarted: event({ aggregate: 'reconcile', schema: z.strictObject({ because: z.string(), at: z.iso.datetime() }) }),
  /** The next run on the timetable. */
  ReconcileScheduled: event({ aggregate: 'reconcile', schema: z.strictObject({ at: z.iso.datetime() }) }),
  ReconcileFinished: event({ aggregate: 'reconcile', schema: z.strictObject({ items: count }) }),
  ReconcileFailed: event({ aggregate: 'reconcile', schema: z.strictObject({ reason: z.string() }) }),
  /** The shop removed the app: no run starts until it is registered again. */
  ReconcileEnded: event({ aggregate: 'reconcile', schema: z.strictObject({}) }),

  /** One page of what both channels showed and Zyra did not know yet. */
  ChannelsRead: event({
    aggregate: 'channels',
    previous: [{ schema: channelsPage, upcast: (data: z.infer<typeof channelsPage>) => ({ ...data, unchanged: 0 }) }],
    /** `unchanged`: items that showed nothing new and are not named; told with the last page. */
    schema: channelsPage.extend({ unchanged: count.nonnegative() }),
  }),
  ChannelsReadFailed: event({
    aggregate: 'channels',
    schema: z.strictObject({
      reason: z.string(),
      /** True where nothing was read because everything is stopped. */
      stopped: z.boolean().default(false),
    }),
  }),
} as const

/** Stock on both channels. */
export type InventoryEvent = EventsOf<'inventory', typeof inventoryEvents>
