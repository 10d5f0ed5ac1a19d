import { createHash } from 'node:crypto'
import type { Attempt, Delivery } from '@zyra/vendor-faults'
import { API_VERSION } from '../version.ts'
import { signShopifyWebhook } from '../webhooks/signature.ts'
import { topicKey } from '../webhooks/topics.ts'
import { makeId, type ShopState } from './state.ts'

const FAILURES_UNTIL_DELETED = 8

/** What a test or a sandbox may fix about a delivery; anything else is made up. */
export interface DeliveryDetails {
  /** Sends there and nowhere else, subscribed or not. */
  readonly uri?: string
  readonly webhookId?: string
  readonly eventId?: string
  readonly triggeredAt?: string
}

export interface Outbox {
  /** Sends a body to every subscription of a topic; answers the ids of the deliveries. */
  readonly emit: (topic: string, body: Uint8Array | string, details?: DeliveryDetails) => string[]
  /** A new id for something that happens now. */
  readonly eventId: () => string
  readonly subscribe: (topic: string, uri: string, ofApp?: boolean) => { readonly id: string } | { readonly problem: string }
  readonly unsubscribe: (id: string) => boolean
  /** To be told of every attempt, so that a subscription that fails 8 times in a row is deleted. */
  readonly attempted: (attempt: Attempt) => void
}

export interface OutboxOptions {
  readonly state: () => ShopState
  readonly clock: () => Date
  readonly secret: string
  readonly seed: string
  readonly deliver: (delivery: Delivery) => void
}

interface Receiver {
  /** The subscription's, if there is one. */
  readonly id?: string
  readonly uri: string
}

/** Signs webhooks and hands them to be delivered: one delivery for each subscription, with an id of its own. */
export function createOutbox({ state, clock, secret, seed, deliver }: OutboxOptions): Outbox {
  const owners = new Map<string, string>()
  const step = () => {
    state().sequence += 1
    return state().sequence
  }
  // The time is part of it, so that a shop restored from an older state does not give an id twice.
  const uuid = () => toUuid(createHash('sha256').update(`${seed}/${clock().toISOString()}/${step()}`).digest('hex'))

  const send = (receiver: Receiver, topic: string, body: Uint8Array, details: Omit<Required<DeliveryDetails>, 'uri'>): string => {
    const { webhookId: id, eventId, triggeredAt } = details
    if (receiver.id !== undefined) owners.set(id, receiver.id)
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'Shopify-Captain-Hook',
      'X-Shopify-Topic': topic,
      'X-Shopify-Shop-Domain': state().shop.domain,
      'X-Shopify-API-Version': API_VERSION,
      'X-Shopify-Webhook-Id': id,
      'X-Shopify-Event-Id': eventId,
      'X-Shopify-Triggered-At': triggeredAt,
      'X-Shopify-Hmac-Sha256': signShopifyWebhook(body, secret),
    }
    deliver({ id, topic, url: receiver.uri, headers, body })
    return id
  }

  return {
    eventId: uuid,
    emit: (topic, body, details = {}) => {
      const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
      const { uri, triggeredAt = nanoseconds(clock(), step()), eventId = uuid() } = details
      const subscribed = state().subscriptions.filter((subscription) => subscription.topic === topicKey(topic))
      const receivers: readonly Receiver[] = uri === undefined ? subscribed : [{ uri }]
      return receivers.map((receiver) => send(receiver, topic, bytes, { webhookId: details.webhookId ?? uuid(), eventId, triggeredAt }))
    },
    subscribe: (topic, uri, ofApp = false) => {
      const problem = uriProblem(uri)
      if (problem !== undefined) return { problem }
      if (state().subscriptions.some((known) => known.topic === topicKey(topic) && known.uri === uri && known.ofApp === ofApp)) {
        return { problem: 'Address for this topic has already been taken' }
      }
      const id = makeId.subscription(step())
      state().subscriptions.push({ id, topic: topicKey(topic), uri, createdAt: clock().toISOString(), ofApp, failuresInARow: 0 })
      return { id }
    },
    unsubscribe: (id) => {
      const place = state().subscriptions.findIndex((known) => known.id === id && !known.ofApp)
      if (place >= 0) state().subscriptions.splice(place, 1)
      return place >= 0
    },
    attempted: ({ deliveryId, outcome }) => {
      const subscription = state().subscriptions.find(({ id }) => id === owners.get(deliveryId))
      if (outcome === 'delivered' || outcome === 'abandoned' || outcome === 'dropped') owners.delete(deliveryId)
      if (subscription === undefined || outcome === 'dropped') return
      subscription.failuresInARow = outcome === 'delivered' ? 0 : subscription.failuresInARow + 1
      if (subscription.ofApp || subscription.failuresInARow < FAILURES_UNTIL_DELETED) return
      state().subscriptions.splice(state().subscriptions.indexOf(subscription), 1)
    },
  }
}

const toUuid = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')

/** Shopify's nanoseconds: the clock's milliseconds, then a counter, so that what happens within one millisecond stays in order. */
const nanoseconds = (now: Date, step: number): string => now.toISOString().replace('Z', `${String(step % 1_000_000).padStart(6, '0')}Z`)

/** Shopify takes only https; a fake also takes http to this machine, where there is nothing else. */
function uriProblem(uri: string): string | undefined {
  const url = URL.parse(uri)
  if (url === null) return 'Address is invalid'
  const local = url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  return url.protocol === 'https:' || local ? undefined : 'Address protocol http:// is not supported'
}
