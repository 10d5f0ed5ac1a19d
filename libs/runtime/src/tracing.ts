/** What a span says. Neither personal data nor secrets: it leaves the machine. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>

/** What a span is, and what it belongs to. */
export interface SpanDescription {
  readonly name: string
  readonly kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal'
  readonly attributes?: SpanAttributes
  /** The W3C traceparent that it continues. Without one it continues the span that the work stands in, or begins a trace. */
  readonly parent?: string
  /** Traceparents that it has to do with and does not continue. */
  readonly links?: readonly string[]
}

/** A span that is being measured. */
export interface Span {
  readonly set: (attributes: SpanAttributes) => void
  /** Marks it as failed. @param type what kind of failure (`error.type` of the semantic conventions), never a message */
  readonly fail: (type: string) => void
}

/** A span whose beginning and end are told by hand. */
export interface OpenSpan extends Span {
  /** Runs work inside of it, also once it ended: spans that the work opens are its children, and lines of the log name it. */
  readonly within: <Result>(work: () => Result) => Result
  readonly end: () => void
}

/** Measures what one service does. */
export interface Tracer {
  /** False where nothing is traced: then nothing is measured, and no description is made. */
  readonly active: boolean
  /** Runs work inside a span, which ends with it and fails with it. */
  readonly span: <Result>(describe: () => SpanDescription, work: (span: OpenSpan) => Promise<Result>) => Promise<Result>
  readonly open: (describe: () => SpanDescription) => OpenSpan
  /** The W3C traceparent of the span that this work stands in. */
  readonly traceparent: () => string | undefined
}

/** Traces of one process. */
export interface Tracing {
  readonly tracerFor: (service: string) => Tracer
  /** For log lines: `trace_id` and `span_id` of the span that this work stands in, or nothing. */
  readonly ids: () => Readonly<Record<string, string>>
  /** Sends what is waiting, for two seconds at most. Never rejects. */
  readonly close: () => Promise<void>
}

const NO_SPAN: OpenSpan = { set: () => undefined, fail: () => undefined, within: (work) => work(), end: () => undefined }

/** Measures nothing. */
export const noTracer: Tracer = { active: false, span: (_describe, work) => work(NO_SPAN), open: () => NO_SPAN, traceparent: () => undefined }

/** Where no endpoint is configured. */
export const noTracing: Tracing = { tracerFor: () => noTracer, ids: () => ({}), close: async () => undefined }
