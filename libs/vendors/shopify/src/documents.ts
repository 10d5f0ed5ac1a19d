/** A GraphQL document with the most it can cost. */
export interface Document {
  /** The operation's name; also what a fault plan aims at. */
  name: string
  /** Upper bound of the requested cost in points (a spec computes it from the text); Shopify refuses a request above 1,000. */
  maxCost: number
  text: string
}

// A page of 25 variants with 10 locations each is the most that stays below 1,000 points; an item at more locations is read by
// `inventoryItemLevels`.
const LEVEL = `
  location { id name }
  updatedAt
  quantities(names: ["available"]) { name quantity updatedAt }
`

export const variantsPage: Document = {
  name: 'ZyraVariantsPage',
  maxCost: 903,
  text: `query ZyraVariantsPage($after: String) {
    productVariants(first: 25, after: $after) {
      nodes {
        id
        title
        sku
        inventoryPolicy
        product { id title }
        inventoryItem {
          id
          sku
          tracked
          updatedAt
          inventoryLevels(first: 10) { nodes { ${LEVEL} } pageInfo { hasNextPage endCursor } }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }`,
}

export const inventoryItemLevels: Document = {
  name: 'ZyraInventoryItemLevels',
  maxCost: 304,
  text: `query ZyraInventoryItemLevels($id: ID!, $after: String) {
    inventoryItem(id: $id) {
      id
      sku
      tracked
      updatedAt
      inventoryLevels(first: 100, after: $after) { nodes { ${LEVEL} } pageInfo { hasNextPage endCursor } }
    }
  }`,
}

const WRITTEN = 'inventoryAdjustmentGroup { id createdAt } userErrors { code field message }'

export const inventoryAdjust: Document = {
  name: 'ZyraInventoryAdjust',
  maxCost: 12,
  text: `mutation ZyraInventoryAdjust($input: InventoryAdjustQuantitiesInput!, $key: String!) {
    inventoryAdjustQuantities(input: $input) @idempotent(key: $key) { ${WRITTEN} }
  }`,
}

export const inventorySet: Document = {
  name: 'ZyraInventorySet',
  maxCost: 12,
  text: `mutation ZyraInventorySet($input: InventorySetQuantitiesInput!, $key: String!) {
    inventorySetQuantities(input: $input) @idempotent(key: $key) { ${WRITTEN} }
  }`,
}

export const webhookSubscriptions: Document = {
  name: 'ZyraWebhookSubscriptions',
  maxCost: 203,
  text: `query ZyraWebhookSubscriptions($after: String) {
    webhookSubscriptions(first: 100, after: $after) {
      nodes { id topic uri createdAt apiVersion { handle } }
      pageInfo { hasNextPage endCursor }
    }
  }`,
}

export const webhookSubscriptionCreate: Document = {
  name: 'ZyraWebhookSubscriptionCreate',
  maxCost: 13,
  text: `mutation ZyraWebhookSubscriptionCreate($topic: WebhookSubscriptionTopic!, $uri: String!) {
    webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) {
      webhookSubscription { id topic uri createdAt apiVersion { handle } }
      userErrors { field message }
    }
  }`,
}

export const webhookSubscriptionDelete: Document = {
  name: 'ZyraWebhookSubscriptionDelete',
  maxCost: 11,
  text: `mutation ZyraWebhookSubscriptionDelete($id: ID!) {
    webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } }
  }`,
}

// No customer and no address: reconcile needs what was sold, not to whom.
export const ordersSince: Document = {
  name: 'ZyraOrdersSince',
  maxCost: 883,
  text: `query ZyraOrdersSince($query: String!, $after: String) {
    orders(first: 20, after: $after, query: $query, sortKey: UPDATED_AT) {
      nodes {
        id
        name
        createdAt
        updatedAt
        cancelledAt
        lineItems(first: 20) { nodes { id sku quantity currentQuantity variant { id } } pageInfo { hasNextPage } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }`,
}

export const shopInfo: Document = {
  name: 'ZyraShop',
  maxCost: 1,
  text: 'query ZyraShop { shop { id name myshopifyDomain currencyCode } }',
}

/** Every document this package sends. */
export const documents: readonly Document[] = [
  variantsPage, inventoryItemLevels, inventoryAdjust, inventorySet, webhookSubscriptions, webhookSubscriptionCreate,
  webhookSubscriptionDelete,
  ordersSince, shopInfo,
]
