/** Shopify's types whose ids Zyra handles. */
export type ShopifyType =
  | 'Customer' | 'InventoryItem' | 'InventoryLevel' | 'LineItem' | 'Location' | 'Order' | 'Product' | 'ProductVariant' | 'Shop'
  | 'WebhookSubscription'

/** `gid('InventoryItem', '271878346596884015')` is `gid://shopify/InventoryItem/271878346596884015`; a gid is returned as it is. */
export function gid(type: ShopifyType, id: string): string {
  return id.startsWith('gid://') ? id : `gid://shopify/${type}/${id}`
}

/**
 * The digits at the end of a gid, as a string because they exceed 2^53; the form in which webhooks name the same thing.
 * Throws an Error when the text is neither a gid nor digits.
 */
export function numericId(id: string): string {
  const digits = /^(?:gid:\/\/shopify\/[A-Za-z]+\/)?(\d+)(?:\?.*)?$/.exec(id)?.[1]
  if (digits !== undefined) return digits
  throw new Error(`A Shopify id should be digits or gid://shopify/<Type>/<digits>, but it is "${id.slice(0, 80)}".`)
}
