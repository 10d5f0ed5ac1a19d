import { ERASED, type GatewayEvent } from '@zyra/contracts'
import type { StoredEvent } from '@zyra/jetstream'
import type { ServiceContext } from '@zyra/runtime'
import { createHash } from 'node:crypto'
import type { ExportPort, ExportRequest } from '../data-request/export.port.ts'
import { exportFiles } from './export-files.ts'

const FACTS = ['shopify-webhook', 'etsy-webhook', 'quarantine'] as const

type Delivery = Extract<GatewayEvent, { type: 'gateway.ShopifyWebhookReceived' }>['data']
type Reading = Pick<ServiceContext, 'log' | 'codec'>

const isAbout = (data: Pick<Delivery, 'customerId' | 'orderId'>, { customerId, orderIds }: ExportRequest): boolean =>
  data.customerId === customerId || (data.orderId !== null && orderIds.includes(data.orderId))

/** Whose a delivery is stands beside its body; a large one has to be brought in to see it. */
const opened = async ({ codec }: Reading, stored: StoredEvent, request: ExportRequest): Promise<Delivery | undefined> => {
  const inline = stored.data as Partial<Delivery>
  if (inline.body !== undefined && !isAbout(inline as Delivery, request)) return undefined
  const data = (await codec.open(stored)).data as Delivery
  return isAbout(data, request) && data.body !== ERASED ? data : undefined
}

const whatIsKnown = async (reading: Reading, merchant: string, request: ExportRequest, signal: AbortSignal): Promise<readonly unknown[]> => {
  const filters = FACTS.map((aggregate) => `zyra.${merchant}.gateway.${aggregate}.*`)
  const known: unknown[] = []
  const hasAny = (await reading.log.lastOf(filters)).length > 0
  for await (const { events, pending } of hasAny ? reading.log.follow({ filters, fromSequence: 1, signal }) : []) {
    for (const stored of events) {
      const data = await opened(reading, stored, request)
      const { id, time, type } = stored.envelope
      if (data !== undefined) known.push({ event: id, received: time, type, topic: data.topic, body: data.body })
    }
    if (pending === 0) break
  }
  return known
}

/** Writes the bodies that are about a customer, opened, to `exports/` in the data folder, readable by its owner only. */
export const exportOf = ({ log, codec, config }: Reading & Pick<ServiceContext, 'config'>): ExportPort => {
  const files = exportFiles(config.dataDir)
  const write: ExportPort['do'] = async (request, { merchant, signal }) => {
    const known = await whatIsKnown({ log, codec }, merchant, request, signal)
    const text = JSON.stringify({ merchant, customer: request.customerId, orders: request.orderIds, known }, null, 2)
    const file = await files.write(merchant, request, text)
    return { file, sha256: createHash('sha256').update(text).digest('hex'), events: known.length }
  }
  return { do: write, find: write }
}
