/** A program of its own: Fastify that reads a body and answers 200, on a free port that it prints. */
import fastify from 'fastify'

const app = fastify({ bodyLimit: 5 * 1024 * 1024 })
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.post('/webhooks/shopify', (_request, reply) => {
  void reply.send()
})
process.stdout.write(`${await app.listen({ port: 0, host: '127.0.0.1' })}\n`)
process.stdin.on('end', () => process.exit(0)).resume()
