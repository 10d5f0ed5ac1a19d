import { maxListingQuantity, sellable, type EtsyClient } from '@zyra/vendor-etsy'
import type { ShopifyClient, VariantStock } from '@zyra/vendor-shopify'
import type { EtsyReceiptsPort, EtsySale } from '../etsy-sales/etsy-receipts.port.ts'
import type { ChannelsPort, ChannelsReading, ItemOnChannels } from '../reconcile/channels.port.ts'
import type { Channels } from './clients.ts'
import { refusalByShopify, unreadableEtsy } from './vendor-errors.ts'

type OnEtsy = NonNullable<ItemOnChannels['etsy']>
type Failed = { readonly failed: string }

interface OnShopify {
  readonly asOf: string
  readonly variants: readonly VariantStock[]
}

/** Every SKU on Etsy with what can be sold of it now. A SKU that two listings carry is left out: which one is meant is for a person to say. */
const readEtsy = async (etsy: EtsyClient, signal: AbortSignal): Promise<ReadonlyMap<string, OnEtsy> | Failed> => {
  const bySku = new Map<string, OnEtsy>()
  const ambiguous = new Set<string>()
  try {
    for await (const listing of etsy.listListings(['active', 'inactive', 'sold_out'], signal)) {
      const { inventory, listingId } = listing
      if (inventory === undefined) continue
      const skus = new Set(inventory.products.flatMap(({ sku, is_deleted: isDeleted }) => (isDeleted || sku === '' ? [] : [sku])))
      for (const sku of skus) {
        if ((bySku.get(sku)?.listingId ?? listingId) !== listingId) ambiguous.add(sku)
        bySku.set(sku, { listingId, sku, quantity: sellable({ listing, inventory }, sku), maxQuantity: maxListingQuantity, soldLately: false })
      }
    }
  } catch (error) {
    return { failed: `Etsy cannot be read: ${unreadableEtsy(error)}` }
  }
  for (const sku of ambiguous) bySku.delete(sku)
  return bySku
}

/** Every variant with its stock. `asOf` is the time of the first page: what happened since may or may not be part of it. */
const readShopify = async (shopify: ShopifyClient, signal: AbortSignal): Promise<OnShopify | Failed> => {
  const variants: VariantStock[] = []
  let asOf: string | undefined
  let cursor: string | undefined
  do {
    const page = await shopify.variants(cursor, { signal })
    if (!page.ok) return { failed: `Shopify cannot be read: ${refusalByShopify(page.error)}` }
    asOf ??= page.value.asOf
    variants.push(...page.value.value.items)
    cursor = page.value.value.next
  } while (cursor !== undefined)
  return { asOf, variants }
}

const titleOf = ({ productTitle, variantTitle }: VariantStock): string =>
  variantTitle === '' || variantTitle === 'Default Title' ? productTitle : `${productTitle}, ${variantTitle}`

const join = (variants: readonly VariantStock[], onEtsy: ReadonlyMap<string, OnEtsy>): readonly ItemOnChannels[] => {
  const timesSeen = new Map<string, number>()
  for (const { sku } of variants) timesSeen.set(sku ?? '', (timesSeen.get(sku ?? '') ?? 0) + 1)
  return variants.map((variant) => {
    const sku = variant.sku ?? ''
    const unique = sku !== '' && timesSeen.get(sku) === 1
    return {
      inventoryItem: variant.inventoryItemId,
      sku,
      title: titleOf(variant),
      levels: variant.levels.map(({ locationId, available }) => ({ location: locationId, available: variant.tracked ? available : null })),
      etsy: unique ? (onEtsy.get(sku) ?? null) : null,
    }
  })
}

/** What sold is marked, so that a number that a sale lowered is not taken for drift. */
const marked = (items: readonly ItemOnChannels[], sales: readonly EtsySale[]): readonly ItemOnChannels[] => {
  const sold = new Set(sales.map(({ listingId, sku }) => `${listingId} ${sku}`))
  return items.map(({ etsy, ...item }) => ({ ...item, etsy: etsy && { ...etsy, soldLately: sold.has(`${etsy.listingId} ${etsy.sku}`) } }))
}

/**
 * Reads Shopify, then Etsy, and joins them by SKU. A SKU that stands for several items is joined to none. Etsy's receipts are read last, so
 * that every sale that is part of what Etsy showed is part of them.
 */
export const readingOf = (channels: (merchant: string) => Promise<Channels>, receipts: Pick<EtsyReceiptsPort, 'do'>): ChannelsPort => {
  const read: ChannelsPort['do'] = async ({ since }, context) => {
    const { merchant, signal } = context
    const { shopify, etsy } = await channels(merchant)
    const ours = await readShopify(shopify, signal)
    if ('failed' in ours) return ours
    const theirs = await readEtsy(etsy, signal)
    if ('failed' in theirs) return theirs
    const sold = await receipts.do({ since }, context)
    if ('failed' in sold) return sold
    return { asOf: ours.asOf, items: marked(join(ours.variants, theirs), sold.sales), unchanged: 0 } satisfies ChannelsReading
  }
  return { do: read, find: read }
}
