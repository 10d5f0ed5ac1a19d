export { shopifyClient, type ShopifyClient, type ShopifyClientOptions } from './client.ts'
export type { ShopifyError, ShopifyResult, UserError } from './errors.ts'
export { gid, numericId, type ShopifyType } from './ids.ts'
export type {
  InventoryWrite, ItemStock, Order, OrderLine, Page, QuantityChange, QuantityTarget, Read, Shop, StockLevel, Subscription, VariantStock,
  Written,
} from './model.ts'
export { ensureSubscriptions, type EnsuredSubscriptions } from './subscriptions.ts'
export type { Sleep } from './throttle.ts'
export { clientCredentialsToken, type ClientCredentials } from './token.ts'
export type { CallOptions } from './transport.ts'
export { API_VERSION } from './version.ts'
