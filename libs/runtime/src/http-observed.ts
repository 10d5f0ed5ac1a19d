import type { FastifyInstance } from 'fastify'
import type { Metrics } from './metrics.ts'
import type { OpenSpan, Tracer } from './tracing.ts'

/** Asked for by machines all day long: not worth a trace. */
const ABOUT_ITSELF: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics'])

/**
 * Measures every request to a route that exists, by route: a path as it came could be anything. A traceparent from outside is not continued:
 * anybody may send one, and it would decide what is sampled and which trace it ends up in.
 */
export const observeHttp = (fastify: Pick<FastifyInstance, 'addHook'>, metrics: Pick<Metrics, 'requests'>, tracer: Tracer): void => {
  const spans = new WeakMap<object, OpenSpan>()

  if (tracer.active) {
    fastify.addHook('onRequest', (request, _reply, done) => {
      const { url: route } = request.routeOptions
      if (route === undefined || ABOUT_ITSELF.has(route)) return done()
      const attributes = { 'http.request.method': request.method, 'http.route': route, 'url.path': route, 'url.scheme': request.protocol }
      spans.set(request, tracer.open(() => ({ name: `${request.method} ${route}`, kind: 'server', attributes })))
      done()
    })
    // Not earlier: reading the body leaves the request's asynchronous context.
    fastify.addHook('preHandler', (request, _reply, done) => {
      const span = spans.get(request)
      if (span === undefined) done()
      else span.within(done)
    })
  }

  fastify.addHook('onResponse', (request, reply, done) => {
    const { url: route } = request.routeOptions
    const status = String(reply.statusCode)
    if (route !== undefined) metrics.requests.observe({ method: request.method, route, status }, reply.elapsedTime / 1_000)
    const span = spans.get(request)
    span?.set({ 'http.response.status_code': reply.statusCode })
    if (reply.statusCode >= 500) span?.fail(status)
    span?.end()
    done()
  })
}
