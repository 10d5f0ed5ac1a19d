import { instant } from './instant.ts'

/** What the headers of one delivery say; a header that is missing or unusable is left out and explained in `problems`. */
export interface ShopifyHeaders {
  /** As sent, for instance `orders/create`. */
  topic?: string
  /** The shop's permanent domain, in lower case. */
  shop?: string
  /** Identifies the delivery to one subscription; the same in all its retries. */
  webhookId?: string
  /** Identifies what happened in the shop; the same in every subscription's delivery of it. */
  eventId?: string
  /** When it happened by Shopify's clock: UTC with nine digits of a second, comparable as a string. */
  triggeredAt?: string
  apiVersion?: string
  /** True for a delivery that Shopify's test tools sent. */
  test?: boolean
  /** The signature, to hand to `verifyShopifyHmac`. */
  hmac?: string
  /** One sentence for each header that is missing or unusable. */
  problems: string[]
}

type RawHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

interface Rule {
  header: string
  expected: string
  required: boolean
  read: (value: string) => string | undefined
}

const SHOP = /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/
const TOPIC = /^[a-z0-9_]+(?:[/.][a-z0-9_]+)+$/i
const API_VERSION = /^(?:\d{4}-\d{2}|unstable)$/
const matching = (pattern: RegExp) => (value: string) => (pattern.test(value) ? value : undefined)
const TOKEN = matching(/^[\x21-\x7e]{1,200}$/)

const RULES = {
  topic: { header: 'x-shopify-topic', expected: 'a topic such as orders/create', required: true, read: matching(TOPIC) },
  shop: {
    header: 'x-shopify-shop-domain',
    expected: 'a domain such as demo.myshopify.com',
    required: true,
    read: (value) => matching(SHOP)(value.toLowerCase()),
  },
  webhookId: { header: 'x-shopify-webhook-id', expected: 'the id of the delivery', required: true, read: TOKEN },
  eventId: { header: 'x-shopify-event-id', expected: 'the id of the event', required: false, read: TOKEN },
  triggeredAt: { header: 'x-shopify-triggered-at', expected: 'a time such as 2026-11-20T06:29:01.1234Z', required: false, read: instant },
  apiVersion: { header: 'x-shopify-api-version', expected: 'a version such as 2026-10', required: false, read: matching(API_VERSION) },
  hmac: { header: 'x-shopify-hmac-sha256', expected: 'the signature in base64', required: true, read: TOKEN },
} as const satisfies Record<string, Rule>

function find(headers: RawHeaders, name: string): string | undefined {
  // Node's names are in lower case already, so that looking through all of them is rarely needed.
  const value = headers[name] ?? Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
  return typeof value === 'string' ? value.trim() : value?.[0]?.trim()
}

function problemOf({ header, expected, required }: Rule, value: string | undefined): string | undefined {
  if (value !== undefined) return `Header ${header} should be ${expected}, but it is "${value.slice(0, 80)}".`
  return required ? `Header ${header} is missing; it should be ${expected}.` : undefined
}

/**
 * Reads Shopify's headers, whatever the case of their names (HTTP promises none and Shopify has changed it before). Never throws.
 * Source: https://shopify.dev/docs/apps/build/webhooks/subscribe/https
 */
export function readShopifyHeaders(headers: RawHeaders): ShopifyHeaders {
  const result: ShopifyHeaders = { problems: [] }
  for (const [field, rule] of Object.entries(RULES)) {
    const raw = find(headers, rule.header)
    const value = raw === undefined ? undefined : rule.read(raw)
    const problem = value === undefined ? problemOf(rule, raw) : undefined
    if (problem !== undefined) result.problems.push(problem)
    if (value !== undefined) Object.assign(result, { [field]: value })
  }
  const test = find(headers, 'x-shopify-test')
  return test === undefined ? result : { ...result, test: test.toLowerCase() === 'true' }
}
