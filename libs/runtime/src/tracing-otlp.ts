import {
  isSpanContextValid, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags, type Link, type Span as OtelSpan, type SpanContext,
  type Tracer as OtelTracer,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler, AlwaysOnSampler, BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider, type Sampler,
} from '@opentelemetry/sdk-trace'
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { within } from './grace.ts'
import type { TracesConfig } from './traces-config.ts'
import type { OpenSpan, SpanDescription, Tracer, Tracing } from './tracing.ts'

/** What waits to be sent; what comes on top is dropped, so that a collector that is away costs no memory. */
const MAX_WAITING_SPANS = 8_192
const SEND_EVERY_MS = 1_000
const CLOSE_WITHIN_MS = 2_000

const kinds: Readonly<Record<SpanDescription['kind'], SpanKind>> = {
  server: SpanKind.SERVER, client: SpanKind.CLIENT, producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER, internal: SpanKind.INTERNAL,
}

const samplerOf = ({ sampler, ratio }: TracesConfig): Sampler => {
  switch (sampler) {
    case 'always_on':
      return new AlwaysOnSampler()
    case 'always_off':
      return new AlwaysOffSampler()
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio)
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() })
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() })
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) })
  }
}

/** https://www.w3.org/TR/trace-context/#traceparent-header, version 00; undefined for what is none. */
const contextOf = (traceparent: string): SpanContext | undefined => {
  const [, traceId = '', spanId = '', flags = '0'] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent) ?? []
  const context: SpanContext = { traceId, spanId, traceFlags: parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true }
  return isSpanContextValid(context) ? context : undefined
}

const typeOf = (error: unknown): string => {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : error instanceof Error ? error.name : 'Error'
}

const tracerOn = (tracer: OtelTracer, current: AsyncLocalStorage<OtelSpan>): Tracer => {
  const open = (describe: () => SpanDescription): OpenSpan => {
    const { name, kind, attributes = {}, parent, links = [] } = describe()
    const continued = parent === undefined ? undefined : contextOf(parent)
    const around = continued ?? current.getStore()?.spanContext()
    const linked = links.flatMap((one): Link[] => {
      const context = contextOf(one)
      return context === undefined ? [] : [{ context }]
    })
    const context = around === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, around)
    const span = tracer.startSpan(name, { kind: kinds[kind], attributes: { ...attributes }, links: linked }, context)
    return {
      set: (more) => void span.setAttributes({ ...more }),
      fail: (type) => void span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR }),
      within: (work) => current.run(span, work),
      end: () => span.end(),
    }
  }

  return {
    active: true,
    open,
    span: async (describe, work) => {
      const span = open(describe)
      try {
        return await span.within(() => work(span))
      } catch (error) {
        span.fail(typeOf(error))
        throw error
      } finally {
        span.end()
      }
    },
    traceparent: () => {
      const context = current.getStore()?.spanContext()
      return context === undefined ? undefined : `00-${context.traceId}-${context.spanId}-0${context.traceFlags & TraceFlags.SAMPLED}`
    },
  }
}

/**
 * Traces by OpenTelemetry, sent as OTLP over HTTP. Nothing is registered with OpenTelemetry's globals: several systems may trace in one process.
 * Each service is a resource of its own, so that a trace shows which of them did what, whether or not they share a process.
 */
export const openOtlpTracing = (config: TracesConfig): Tracing => {
  const current = new AsyncLocalStorage<OtelSpan>()
  const exporter = new OTLPTraceExporter({ url: config.url, headers: { ...config.headers }, timeoutMillis: config.timeoutMs ?? 10_000 })
  const processor = new BatchSpanProcessor({ exporter, maxQueueSize: MAX_WAITING_SPANS, scheduledDelayMillis: SEND_EVERY_MS })
  const sampler = samplerOf(config)
  const instance = randomUUID()

  return {
    tracerFor: (service) => {
      const resource = resourceFromAttributes({ 'service.name': `zyra-${service}`, 'service.namespace': 'zyra', 'service.instance.id': instance })
      return tracerOn(new TracerProvider({ resource, sampler, spanProcessors: [processor] }).getTracer('zyra'), current)
    },
    ids: () => {
      const context = current.getStore()?.spanContext()
      return context === undefined ? {} : { trace_id: context.traceId, span_id: context.spanId }
    },
    close: async () => {
      await within(CLOSE_WITHIN_MS, processor.shutdown().catch(() => undefined))
    },
  }
}
