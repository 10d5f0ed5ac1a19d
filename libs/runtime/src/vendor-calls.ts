import type { Observer } from './observer.ts'
import type { Tracer } from './tracing.ts'

/** What measuring calls to vendors needs. */
export interface VendorCallsOptions {
  /** The gate's. */
  readonly fetch: typeof globalThis.fetch
  readonly observer: Pick<Observer, 'called'>
  readonly tracer: Tracer
}

/** Ids in a path are orders', listings', shops': a name for all calls of a kind has none of them. */
export const templateOf = (path: string): string => path.replace(/\/(?=[^/]*\d{3})[^/]+/g, '/{id}')

/** The name of a GraphQL operation, which alone tells such calls apart. */
const operationOf = (body: unknown): string | undefined =>
  typeof body === 'string' ? /"operationName":"(\w+)"/.exec(body)?.[1] : undefined

const nameOfError = (error: unknown): string => (error instanceof Error ? error.name : 'Error')

/** Measures each call until its answer's head has come: a span, and its time by vendor and outcome (the answer's status, or `none`). */
export const measuredCalls = ({ fetch, observer, tracer }: VendorCallsOptions) => (vendor: string): typeof globalThis.fetch => (input, init) => {
  const describe = () => {
    const url = new URL(input instanceof Request ? input.url : input)
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
    const [template, operation] = [templateOf(url.pathname), operationOf(init?.body)]
    return {
      name: `${method} ${operation ?? template}`,
      kind: 'client' as const,
      attributes: {
        'http.request.method': method,
        'server.address': url.hostname,
        'server.port': Number(url.port || (url.protocol === 'http:' ? 80 : 443)),
        'url.scheme': url.protocol.replace(':', ''),
        'url.template': template,
        'zyra.vendor': vendor,
        ...(operation === undefined ? {} : { 'graphql.operation.name': operation }),
      },
    }
  }
  return tracer.span(describe, async (span) => {
    const from = performance.now()
    let outcome = 'none'
    try {
      const response = await fetch(input, init)
      outcome = String(response.status)
      span.set({ 'http.response.status_code': response.status })
      if (response.status >= 400) span.fail(outcome)
      return response
    } catch (error) {
      outcome = nameOfError(error) === 'Forbidden' || nameOfError(error) === 'Stopped' ? 'refused' : 'none'
      throw error
    } finally {
      observer.called(vendor, outcome, (performance.now() - from) / 1_000)
    }
  })
}
