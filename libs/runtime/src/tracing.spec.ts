import { outgoing } from '../test/kit.ts'
import { openTracing } from './open-tracing.ts'
import type { TracesConfig } from './traces-config.ts'
import { CONTINUED_WITHIN_MS, handlerSpan } from './tracing-spans.ts'
import { noTracing, type SpanDescription, type Tracing } from './tracing.ts'

const OTHER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const UNSAMPLED = OTHER.replace(/01$/, '00')
/** Nobody listens there. */
const NOWHERE: TracesConfig = { url: 'http://127.0.0.1:9/v1/traces', headers: {}, sampler: 'parentbased_always_on', ratio: 1, timeoutMs: 300 }

const consumer = (more: Partial<SpanDescription> = {}): SpanDescription => ({ name: 'policy x', kind: 'consumer', ...more })
const traceOf = (traceparent: string | undefined): string | undefined => traceparent?.split('-')[1]

describe('tracing', () => {
  const opened: Tracing[] = []
  const open = async (more: Partial<TracesConfig> = {}) => {
    const tracing = await openTracing({ ...NOWHERE, ...more })
    opened.push(tracing)
    return { tracing, tracer: tracing.tracerFor('inventory') }
  }
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(({ close }) => close()))
  })

  it('is nothing at all without an endpoint: no span is even described', async () => {
    const tracing = await openTracing(undefined)
    expect(tracing).toBe(noTracing)
    const answer = await tracing.tracerFor('inventory').span(() => {
      throw new Error('described')
    }, async () => 7)
    expect([answer, tracing.tracerFor('inventory').traceparent(), tracing.ids()]).toEqual([7, undefined, {}])
  })

  it('gives work inside a span its traceparent, also across services of a process, and log lines its ids', async () => {
    const { tracing, tracer } = await open()
    const seen = await tracer.span(() => consumer(), async () => {
      const inner = await tracing.tracerFor('gateway').span(() => consumer(), async () => tracer.traceparent())
      return { outer: tracer.traceparent(), inner, ids: tracing.ids() }
    })
    expect(seen.outer).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(traceOf(seen.inner)).toBe(traceOf(seen.outer))
    expect(seen.inner).not.toBe(seen.outer)
    expect(seen.ids).toEqual({ trace_id: traceOf(seen.outer), span_id: seen.outer?.split('-')[2] })
    expect(tracer.traceparent()).toBeUndefined()
  })

  it('continues a parent rather than the span around it, and begins anew where the parent is none', async () => {
    const { tracer } = await open()
    const under = (parent: string) => tracer.span(() => consumer({ parent }), async () => tracer.traceparent())
    const [continued, anew] = await tracer.span(() => consumer(), async () => [await under(OTHER), await under('nonsense')])
    expect(traceOf(continued)).toBe(traceOf(OTHER))
    expect(traceOf(anew)).not.toBe(traceOf(OTHER))
  })

  it('keeps to what was decided where the trace began', async () => {
    const { tracer } = await open()
    expect(await tracer.span(() => consumer({ parent: UNSAMPLED }), async () => tracer.traceparent())).toMatch(/-00$/)
    const { tracer: never } = await open({ sampler: 'parentbased_traceidratio', ratio: 0 })
    expect(await never.span(() => consumer(), async () => never.traceparent())).toMatch(/-00$/)
    expect(await never.span(() => consumer({ parent: OTHER }), async () => never.traceparent())).toMatch(/-01$/)
  })

  it('disturbs nothing while the collector is away', async () => {
    const { tracing, tracer } = await open()
    await expect(tracer.span(() => consumer(), async () => { throw new Error('broken') })).rejects.toThrow('broken')
    const from = performance.now()
    await tracing.close()
    expect(performance.now() - from).toBeLessThan(4_000)
  })
})

describe('a handler\'s span', () => {
  const address = { merchant: 'demo', service: 'orchestrator', aggregate: 'erasure', id: '9007199254741007' }
  const { envelope } = outgoing(address, { type: 'orchestrator.ErasureOrdered', data: {} }, { traceparent: OTHER })
  const stored = { subject: 'zyra.demo.orchestrator.erasure.9007199254741007', sequence: 12, envelope: { ...envelope, epoch: 1 }, data: {} }
  const spanOf = (laterMs: number, attempt = 1) =>
    handlerSpan({ service: 'orchestrator', kind: 'reactor', handler: 'erase-keys', stored, attempt, now: Date.parse(envelope.time) + laterMs })

  it('continues the trace of a young event, and is linked to that of an old one', () => {
    expect(spanOf(1_000)).toMatchObject({ parent: OTHER })
    expect(spanOf(1_000)).not.toHaveProperty('links')
    for (const late of [CONTINUED_WITHIN_MS + 1, -CONTINUED_WITHIN_MS - 1]) {
      expect(spanOf(late)).toMatchObject({ links: [OTHER] })
      expect(spanOf(late)).not.toHaveProperty('parent')
    }
  })

  it('is linked where the event is handled again on request', () => {
    expect(spanOf(1_000, 2)).toMatchObject({ links: [OTHER], attributes: { 'zyra.attempt': 2 } })
  })

  it('names the aggregate and not its id, which may be a customer\'s', () => {
    expect(spanOf(0).attributes).toMatchObject({ 'zyra.merchant': 'demo', 'zyra.aggregate': 'erasure', 'zyra.sequence': 12 })
    expect(JSON.stringify(spanOf(0))).not.toContain(address.id)
  })
})
