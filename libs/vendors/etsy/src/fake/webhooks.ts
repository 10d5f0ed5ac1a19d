import { createHash } from 'node:crypto'
import type { Clock, Deliverer, Faults, RetrySchedule, Scheduler } from '@zyra/vendor-faults'
import { compressSchedule, createDeliverer } from '@zyra/vendor-faults'
import { etsyWebhookHeaders, signEtsyWebhook } from '../webhook.ts'

/** Where webhooks go. Etsy sends them to commercial apps only, so a fake without this sends none. */
export type WebhookTarget = {
  readonly url: string
  /** `whsec_` and base64. */
  readonly secret: string
  /** Divides the pauses between retries, which reach 10 hours. */
  readonly compress?: number
}

const minute = 60_000

/**
 * At once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h (https://developers.etsy.com/documentation/essentials/webhooks). How
 * long an answer may take is not documented; 15 s is what the sender's kind usually grants.
 */
export const etsyRetrySchedule: RetrySchedule = {
  connectTimeoutMs: 15_000,
  answerTimeoutMs: 15_000,
  retryDelaysMs: [5000, 5 * minute, 30 * minute, 120 * minute, 300 * minute, 600 * minute, 600 * minute],
}

export type WebhookSender = { readonly orderPaid: (shopId: number, receiptId: string) => void; readonly deliverer: Deliverer }

export const createWebhookSender = (
  target: WebhookTarget, options: { readonly faults: Faults; readonly clock: Clock; readonly scheduler: Scheduler },
): WebhookSender => {
  const deliverer = createDeliverer({ ...options, schedule: compressSchedule(etsyRetrySchedule, target.compress ?? 1) })
  return {
    deliverer,
    orderPaid: (shopId, receiptId) => {
      const body = JSON.stringify({
        event_type: 'order.paid',
        resource_url: `https://openapi.etsy.com/v3/application/shops/${shopId}/receipts/${receiptId}`,
        shop_id: String(shopId),
      })
      const id = `msg_${createHash('sha256').update(`order.paid/${shopId}/${receiptId}`).digest('base64url').slice(0, 27)}`
      deliverer.deliver({
        id, topic: 'order.paid', url: target.url, body,
        headers: ({ at }) => {
          const timestamp = Math.floor(at.getTime() / 1000)
          return {
            'content-type': 'application/json',
            [etsyWebhookHeaders.id]: id,
            [etsyWebhookHeaders.timestamp]: String(timestamp),
            [etsyWebhookHeaders.signature]: signEtsyWebhook(target.secret, id, timestamp, body),
          }
        },
      })
    },
  }
}
