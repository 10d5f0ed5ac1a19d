import { collectDefaultMetrics, Registry, type Counter, type Gauge, type Histogram } from 'prom-client'
import type { Logger } from './logging.ts'
import { defineMetrics } from './metric-definitions.ts'
import type { Observer } from './observer.ts'

/** A metric, as a page or a rule needs to know it. */
export interface MetricDescription {
  readonly name: string
  readonly kind: 'counter' | 'gauge' | 'histogram' | 'summary'
  readonly help: string
  readonly labels: readonly string[]
}

/** Everything that is measured, in Prometheus' text format. */
export interface Metrics {
  readonly text: () => Promise<string>
  readonly contentType: string
  readonly observerFor: (service: string) => Observer
  readonly webhooks: Counter
  readonly sealedTo: Gauge
  readonly unpublishedSeals: Gauge
  readonly requests: Histogram
  /** Takes down what `/readyz` says. */
  readonly health: (report: { readonly ready: boolean; readonly checks: readonly { readonly name: string; readonly ok: boolean }[] }) => void
  /** All metrics, by name, Node's own included. */
  readonly descriptions: () => Promise<readonly MetricDescription[]>
}

/** Gauges of prom-client's that Prometheus takes for counters by their names; each has a twin by type. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'] as const

const descriptionsOf = async (registry: Registry): Promise<readonly MetricDescription[]> => {
  const kinds = new Map((await registry.getMetricsAsJSON()).map(({ name, type }) => [name, String(type) as MetricDescription['kind']]))
  const found = registry.getMetricsAsArray().map((metric) => {
    const { name, help } = metric
    const labels = 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames.map(String) : []
    return { name, help, labels, kind: kinds.get(name) ?? 'gauge' }
  })
  return found.toSorted((one, other) => one.name.localeCompare(other.name, 'en'))
}

/**
 * One registry per process: nothing is kept in the module, so that several systems can run in one process.
 * @param dataDir the folder whose disk is measured
 */
export const createMetrics = (logger: Logger, { dataDir }: { readonly dataDir?: string } = {}): Metrics => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED) registry.removeSingleMetric(name)
  const metrics = defineMetrics(registry, dataDir)

  return {
    text: () => registry.metrics(),
    contentType: registry.contentType,
    webhooks: metrics.webhooks,
    requests: metrics.requests,
    sealedTo: metrics.sealedTo,
    unpublishedSeals: metrics.unpublishedSeals,
    descriptions: () => descriptionsOf(registry),
    health: ({ ready, checks }) => {
      metrics.ready.set(ready ? 1 : 0)
      metrics.checks.reset()
      for (const { name, ok } of checks) metrics.checks.set({ check: name }, ok ? 1 : 0)
    },
    observerFor: (service) => ({
      handled: (handler, kind, seconds) => metrics.handled.observe({ service, kind, handler }, seconds),
      waited: (handler, subject, why, reason, pauseMs) => {
        metrics.retries.inc({ service, handler, reason })
        logger.warn({ service, handler, subject, why, reason, pauseMs }, reason === 'failed' ? 'trying again' : 'waiting')
      },
      parked: (handler, subject, error) => {
        metrics.parked.inc({ service, handler })
        logger.error({ service, handler, subject, error }, 'parked')
      },
      lots: (kind, count) => metrics.lots.set({ service, kind }, count),
      decided: (aggregate, status) => metrics.decisions.inc({ service, aggregate, status }),
      lag: (reader, events, seconds) => {
        metrics.lag.set({ service, reader }, events)
        metrics.age.set({ service, reader }, seconds)
      },
      stopped: (projection, isStopped) => metrics.stopped.set({ service, projection }, isStopped ? 1 : 0),
      appended: (events, result, seconds) => {
        metrics.append.observe({ service, result }, seconds)
        if (result !== 'appended') return
        for (const { type, time } of events) {
          metrics.events.inc({ service, type })
          metrics.newest.set({ service, type }, Date.parse(time) / 1_000)
        }
      },
      called: (vendor, outcome, seconds) => metrics.calls.observe({ service, vendor, outcome }, seconds),
      gate: ({ closed, autopilot, everything }) => {
        metrics.gateClosed.set({ service }, closed ? 1 : 0)
        metrics.stops.set({ service, level: 'autopilot' }, autopilot)
        metrics.stops.set({ service, level: 'everything' }, everything)
      },
      problem: (where, what) => {
        metrics.problems.inc({ service, where })
        logger.error({ service, where, what }, 'problem')
      },
    }),
  }
}
