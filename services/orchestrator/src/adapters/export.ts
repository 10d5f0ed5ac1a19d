import { ERASED, type GatewayEvent } from '@zyra/contracts'
import type { ServiceContext } from '@zyra/runtime'
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExportPort, ExportRequest } from '../data-request/export.port.ts'

const FACTS = ['shopify-webhook', 'etsy-webhook', 'quarantine'] as const

const isAbout = (data: { readonly customerId: string | null; readonly orderId: string | null }, { customerId, orderIds }: ExportRequest): boolean =>
  data.customerId === customerId || (data.orderId !== null && orderIds.includes(data.orderId))

/** Writes the bodies that are about a customer, opened, to `exports/` in the data folder, readable by its owner only. */
export const exportOf = ({ log, codec, config }: Pick<ServiceContext, 'log' | 'codec' | 'config'>): ExportPort => {
  const write: ExportPort['do'] = async (request, { merchant, signal }) => {
    const filters = FACTS.map((aggregate) => `zyra.${merchant}.gateway.${aggregate}.*`)
    const known: unknown[] = []
    const hasAny = (await log.lastOf(filters)).length > 0
    for await (const { events, pending } of hasAny ? log.follow({ filters, fromSequence: 1, signal }) : []) {
      for (const stored of events) {
        const data = stored.data as Extract<GatewayEvent, { type: 'gateway.ShopifyWebhookReceived' }>['data']
        if (!isAbout(data, request)) continue
        const opened = (await codec.open(stored)).data as typeof data
        const { id, time, type } = stored.envelope
        if (opened.body !== ERASED) known.push({ event: id, received: time, type, topic: data.topic, body: opened.body })
      }
      if (pending === 0) break
    }
    const text = JSON.stringify({ merchant, customer: request.customerId, orders: request.orderIds, known }, null, 2)
    const folder = join(config.dataDir, 'exports', merchant)
    const file = join('exports', merchant, `customer-${createHash('sha256').update(request.name).digest('hex').slice(0, 16)}.json`)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(join(config.dataDir, file), text, { mode: 0o600 })
    return { file, sha256: createHash('sha256').update(text).digest('hex'), events: known.length }
  }
  return { do: write, find: write }
}
