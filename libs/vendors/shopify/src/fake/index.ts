export { SHOPIFY_RETRY_SCHEDULE, shopifyFake, type FakeLevel, type FakeVariant, type ShopifyFake, type ShopifyFakeOptions } from './fake.ts'
export type { OrderRequest, OrderResult } from './commerce.ts'
export type { DeliveryDetails } from './outbox.ts'
export {
  shopStateSchema, type Catalogue, type CatalogueProduct, type CatalogueVariant, type FakeSubscription, type PlacedOrder, type ShopState,
} from './state.ts'
