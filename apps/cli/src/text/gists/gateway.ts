import type { GatewayEvent } from '@zyra/contracts'
import { because, type Gists } from './gists.ts'

const delivery = ({ data: { webhookId } }: { readonly data: { readonly webhookId: string } }): string => `delivery ${webhookId}`

export const gatewayGists: Gists<GatewayEvent> = {
  'gateway.ShopifyWebhookReceived': delivery,
  'gateway.EtsyWebhookReceived': delivery,
  'gateway.WebhookQuarantined': ({ data: { vendor, topic, reason } }) => `a delivery of ${vendor} (${topic ?? 'no topic'}): ${reason}`,
  'gateway.RegistrationRequested': ({ data: { by, shopDomain, mode } }) => `${by} asks to register ${shopDomain} (${mode})`,
  'gateway.ReconcileRequested': ({ data: { by } }) => `${by} asks to read both channels`,
  'gateway.BufferChangeRequested': ({ data: { by, buffer, inventoryItem } }, item) =>
    `${by} asks for a buffer of ${buffer} for ${item(inventoryItem)}`,
  'gateway.StopRequested': ({ data: { by, level, reason } }) => `${by} asks to stop ${level}${because(reason)}`,
  'gateway.ResumeRequested': ({ data: { by } }) => `${by} asks to resume`,
  'gateway.DiscardRequested': ({ data: { by, parkedId, service, reason } }) => `${by} asks to set aside ${parkedId} of ${service}${because(reason)}`,
  'gateway.RedriveRequested': ({ data: { by, parkedId, service } }) => `${by} asks to redrive ${parkedId} of ${service}`,
}
