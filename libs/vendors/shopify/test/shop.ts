import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { manualTime } from '@zyra/vendor-faults'
import { shopifyClient, type ShopifyClient } from '../src/client.ts'
import { shopifyFake, type Catalogue, type ShopifyFakeOptions } from '../src/fake/index.ts'
import { clientCredentialsToken } from '../src/token.ts'

export const SECRET = 'sandbox-secret'
export const START = new Date('2026-11-20T08:00:00.400Z')

/** 28 products, so that they fill more than a page; three locations; every kind of stock. */
export const catalogue: Catalogue = {
  name: 'Demo Shop',
  locations: ['Studio', 'Warehouse', 'Market stall'],
  products: [
    {
      title: 'Mug',
      variants: [
        { title: 'Blue', sku: 'MUG-BLUE', price: '14.50', stock: { Studio: 3, Warehouse: 2 } },
        { title: 'Red', sku: 'MUG-RED', price: '14.50', stock: 5 },
        { title: 'Made to order', sku: 'MUG-OWN', price: '24.00', stock: 0, policy: 'CONTINUE' },
        { title: 'Gift card', sku: 'GIFT', price: '50.00', stock: 0, tracked: false },
      ],
    },
    ...Array.from({ length: 27 }, (_, index) => (
      { title: `Print ${index + 1}`, variants: [{ title: 'A4', sku: `PRINT-${index + 1}`, price: '9.00', stock: 10 }] }
    )),
  ],
}

/** A fake shop on a real port whose time stands still, with a client whose naps move the time on. */
export async function openTestShop(options: Partial<ShopifyFakeOptions> & { readonly timeoutMs?: number } = {}) {
  const time = manualTime(START)
  const { timeoutMs = 5000, ...fakeOptions } = options
  const fake = shopifyFake({ catalogue, clientSecret: SECRET, clock: time.clock, scheduler: time.scheduler, ...fakeOptions })
  const endpoint = await fake.listen()
  const naps: number[] = []
  const sleep = async (ms: number, signal?: AbortSignal) => {
    signal?.throwIfAborted()
    naps.push(ms)
    time.advance(ms)
  }
  const token = clientCredentialsToken({ endpoint, clientId: 'sandbox-client', clientSecret: SECRET, fetch, clock: time.clock })
  const clientOptions = { shop: 'demo-shop.myshopify.com', endpoint, token, fetch, clock: time.clock, sleep, timeoutMs }
  const client: ShopifyClient = shopifyClient(clientOptions)
  return { time, fake, endpoint, naps, token, client, clientOptions }
}

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** A receiver of webhooks that answers what it is told to. */
export async function openReceiver() {
  const received: Received[] = []
  let status = 200
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks) })
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const { port } = (typeof address === 'object' ? address : null) ?? ({ port: 0 } satisfies Partial<AddressInfo>)
  return {
    uri: `http://127.0.0.1:${port}/webhooks/shopify`,
    received,
    answer: (next: number) => {
      status = next
    },
    close: () => new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}

/** Waits until something holds; the test's own time limit ends it otherwise. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
