import type { TracesConfig } from './traces-config.ts'
import { noTracing, type Tracing } from './tracing.ts'

/** Begins to trace where an endpoint is configured; OpenTelemetry is loaded only then. */
export const openTracing = async (traces: TracesConfig | undefined): Promise<Tracing> =>
  traces === undefined ? noTracing : (await import('./tracing-otlp.ts')).openOtlpTracing(traces)
