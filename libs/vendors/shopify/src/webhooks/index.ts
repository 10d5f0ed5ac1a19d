export { readShopifyHeaders, type ShopifyHeaders } from './headers.ts'
export { instant } from './instant.ts'
export { type ParsedBody, parseExactJson, parseWebhookBody } from './json.ts'
export { type PersonOf, personOf } from './person.ts'
export {
  appUninstalled, customersDataRequest, customersRedact, inventoryLevelUpdate, orderCreate, schemaFor, shopRedact,
  type InventoryLevelUpdate, type OrderCreate,
} from './schemas.ts'
export { signShopifyWebhook, verifyShopifyHmac } from './signature.ts'
export { isKnownTopic, knownTopics, topicKey } from './topics.ts'
