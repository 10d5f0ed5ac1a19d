import { faultControlRoutes } from '@zyra/vendor-faults'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { CHANNELS, type PlaceOrder } from '../channels.ts'
import type { Customers } from '../customers.ts'
import type { Fakes } from '../fakes.ts'
import { deliver, deliverySchema, type DeliverOptions } from './deliver.ts'
import { answerProblems, check, Problem } from './problem.ts'
import { etsyRows, etsyView, setStock, shopifyRows, shopifyView } from './vendors.ts'

export interface ControlOptions extends Fakes, DeliverOptions {
  readonly customers: Customers
  readonly placeOrder: PlaceOrder
  readonly reset: () => void
}

const BODY_LIMIT = 32 * 1024 * 1024

const text = z.string().min(1).max(200)
const bySku = z.strictObject({ sku: text.optional() })
const nothing = z.strictObject({})
const stockBody = z.strictObject({ sku: text, available: z.int().min(-1_000_000).max(1_000_000), location: text.optional() })
const customersBody = z.strictObject({ ordersPerMinute: z.number().min(0).max(6000) })
const orderBody = z.strictObject({
  channel: z.enum(CHANNELS),
  sku: text,
  quantity: z.int().min(1).max(999).default(1),
  customer: z.strictObject({ email: z.email(), firstName: text, lastName: text }).optional(),
})
const attemptsQuery = z.strictObject({
  vendor: z.enum(CHANNELS).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
})

/** The sandbox's hands: what a merchant, a customer or a bad day would do. Everything is JSON. */
export const controlRoutes = (options: ControlOptions) => async (app: FastifyInstance): Promise<void> => {
  answerProblems(app)
  vendorRoutes(app, options)
  tradeRoutes(app, options)
  app.post('/deliver', { bodyLimit: BODY_LIMIT }, async (request) => deliver(check(deliverySchema, request.body), options))
  app.get('/webhooks', async (request) => {
    const { vendor, limit } = check(attemptsQuery, request.query)
    const attempts = CHANNELS.filter((one) => vendor === undefined || one === vendor)
      .flatMap((one) => options[one].webhookAttempts().map((attempt) => ({ vendor: one, ...attempt })))
    return { attempts: attempts.sort((a, b) => a.at.localeCompare(b.at)).slice(-limit) }
  })
  app.post('/reset', async (request) => {
    check(nothing, request.body)
    options.reset()
    return { reset: true }
  })
  for (const vendor of CHANNELS) await app.register(faultControlRoutes(options[vendor].faults), { prefix: `/${vendor}/faults` })
}

const vendorRoutes = (app: FastifyInstance, { shopify, etsy }: ControlOptions): void => {
  app.get('/shopify', async (request) => shopifyView(shopify, check(bySku, request.query).sku))
  app.get('/etsy', async (request) => etsyView(etsy, check(bySku, request.query).sku))
  app.post('/shopify/stock', async (request) => setStock(shopify, check(stockBody, request.body)))
  app.post('/shopify/uninstall', async (request) => {
    check(nothing, request.body)
    shopify.uninstall()
    return { installed: false }
  })
  app.post('/shopify/install', async (request) => {
    check(nothing, request.body)
    shopify.install()
    return { installed: true }
  })
  /** The merchant consents again: the only way back once a refresh token is lost or revoked. */
  app.post('/etsy/tokens', async (request) => {
    check(nothing, request.body)
    return etsy.issueTokens()
  })
}

const tradeRoutes = (app: FastifyInstance, { shopify, etsy, customers, placeOrder }: ControlOptions): void => {
  app.post('/orders', async (request, reply) => {
    const { channel, sku, quantity, customer } = check(orderBody, request.body)
    const placed = placeOrder(channel, [{ sku, quantity }], customer && { ...customer, ...somewhere })
    if (!placed.placed) {
      const { reason } = placed
      throw new Problem(reason === 'unknown-sku' ? 404 : 409, explain[reason](sku, channel), 'sku', { reason })
    }
    const rows = channel === 'shopify' ? shopifyRows(shopify, sku) : etsyRows(etsy, sku)
    return reply.code(201).send({ channel, orderId: placed.orderId, sku, quantity, now: rows[0] })
  })
  app.get('/customers', async () => customers.status())
  app.post('/customers', async (request) => {
    customers.setRate(check(customersBody, request.body).ordersPerMinute)
    return customers.status()
  })
}

const explain = {
  'unknown-sku': (sku: string, channel: string) => `Field sku is wrong: ${channel} sells no "${sku}".`,
  'sold-out': (sku: string, channel: string) => `${channel} has fewer pieces of ${sku} than were ordered: order fewer, or set its stock.`,
  'not-for-sale': (sku: string, channel: string) => `${sku} is listed on ${channel} but not for sale now: its listing is not active.`,
} as const

const somewhere = { street: '1 Example Street', zip: '12345', city: 'Springfield', country: 'US' } as const
