// A program of its own: `node peer.mjs <store> append <writers> <ms>` prints a rate, `node peer.mjs <store> serve` a port; DATABASE_URL says where.
import fastify from 'fastify'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { stores } from './stores.mjs'

const [name, work, writers, ms] = process.argv.slice(2)
const CONNECTIONS = 20
const store = await stores[name](process.env.DATABASE_URL, work === 'append' ? Number(writers) : CONNECTIONS)

/** The same event as the bench appends to Zyra. */
const eventOf = (index) => ({
  location: '9007199254740997', before: (index % 90) + 1, available: index % 90, total: index % 90, at: '2026-11-20T06:29:01.123456789Z', via: 'webhook',
  command: { type: 'ObserveLevel', location: '9007199254740997', available: index % 90, at: '2026-11-20T06:29:01.123456789Z' },
})

/** Each writer has a stream of its own, and appends its next event when the last one is on disk. */
async function append(run, forMs) {
  const from = performance.now()
  let count = 0
  await Promise.all(Array.from({ length: Number(writers) }, async (_, writer) => {
    for (let version = 0; performance.now() - from < forMs; version += 1) {
      await store.append(`${run}-${process.pid}-${writer}`, version, eventOf(count))
      count += 1
    }
  }))
  return count / ((performance.now() - from) / 1_000)
}

const isSigned = (body, signature = '') => {
  const [wanted, found] = [createHmac('sha256', process.env.BENCH_SECRET).update(body).digest(), Buffer.from(signature, 'base64')]
  return wanted.length === found.length && timingSafeEqual(wanted, found)
}

/** Lets webhooks in: checks the signature, keeps the body, answers 200. */
async function serve() {
  const app = fastify({ bodyLimit: 5 * 1024 * 1024 })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.post('/webhooks/shopify', async ({ headers, body }, reply) => {
    if (!isSigned(body, headers['x-shopify-hmac-sha256'])) return reply.code(401).send()
    await store.keep(headers['x-shopify-topic'], headers['x-shopify-webhook-id'], JSON.parse(body.toString('utf8')))
    return reply.send()
  })
  process.stdin.on('end', () => process.exit(0)).resume()
  return Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)
}

if (work === 'append') await append('warm', Number(ms) / 4)
process.stdout.write(`${work === 'append' ? await append('run', Number(ms)) : await serve()}\n`)
if (work === 'append') process.exit(0)
