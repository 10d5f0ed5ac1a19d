import { z } from 'zod'

/** What one field of an event says, for people: as it stands here it goes into the reference. */
const text = (says: string) => z.string().describe(says)

/** A whole number of pieces. */
export const pieces = z.number().int().meta({ 'x-unit': 'pieces' })

/** ISO 8601, UTC, by our own clock or Etsy's. For people and deadlines, never for order. */
export const time = z.iso.datetime()

/** Order of Shopify's observations: ISO 8601 UTC with nine decimals, compared as text. */
export const shopifyTime = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/, 'expected UTC with nine decimals')

/** Ids are strings: vendors' ids exceed 2^53. */
export const ids = {
  inventoryItem: text("Shopify's id of the inventory item."),
  location: text("Shopify's id of the location."),
  listingId: text("Etsy's id of the listing."),
  etsySku: text('The SKU as Etsy has it.'),
  receiptId: text("Etsy's id of the receipt."),
  transactionId: text("Etsy's id of the transaction: one line of a receipt."),
  shopDomain: text("The shop's domain at Shopify, such as `demo.myshopify.com`."),
  etsyShopId: text("Etsy's id of the shop."),
  requestId: text('Names the request, so that what comes of it can be found.'),
  keyId: text('The id of a key.'),
}

/** Why something failed or was declined: one sentence for people. */
export const reason = text('Why, in one sentence for people. Never personal.')

/** Live or sandbox, as a whole and for ever. */
export const mode = z.enum(['sandbox', 'live']).describe('Whether the shops are real. For ever.')

/** How much is stopped. */
export const stopLevel = z.enum(['autopilot', 'everything'])
  .describe('`autopilot`: nothing discretionary starts. `everything`: no call starts except one that lowers stock.')
