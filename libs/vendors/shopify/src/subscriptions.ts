import type { ShopifyClient } from './client.ts'
import { succeed, type ShopifyResult } from './errors.ts'
import type { CallOptions } from './transport.ts'
import { topicKey } from './webhooks/topics.ts'

/** What was found and done; topics in the schema's spelling. */
export interface EnsuredSubscriptions {
  readonly kept: readonly string[]
  readonly created: readonly string[]
}

/**
 * Subscribes `uri` to those topics that are not subscribed yet. To be called daily, because Shopify deletes a subscription after 8
 * failures in a row. Source: https://shopify.dev/docs/apps/build/webhooks/troubleshooting-webhooks
 */
export async function ensureSubscriptions(
  client: Pick<ShopifyClient, 'subscriptions' | 'subscribe'>, topics: readonly string[], uri: string, options?: CallOptions,
): Promise<ShopifyResult<EnsuredSubscriptions>> {
  const listed = await client.subscriptions(options)
  if (!listed.ok) return listed
  const there = new Set(listed.value.filter((subscription) => subscription.uri === uri).map(({ topic }) => topic))
  const wanted = [...new Set(topics.map(topicKey))]
  const created = wanted.filter((topic) => !there.has(topic))
  for (const topic of created) {
    const made = await client.subscribe(topic, uri, options)
    if (!made.ok) return made
  }
  return succeed({ kept: wanted.filter((topic) => there.has(topic)), created })
}
