import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Logger } from './logging.ts'
import type { Observer } from './observer.ts'

/** Everything that is measured, in Prometheus' text format. */
export interface Metrics {
  readonly text: () => Promise<string>
  readonly contentType: string
  readonly observerFor: (service: string) => Observer
  readonly webhooks: Counter
  readonly appendSeconds: Histogram
  readonly sealedTo: Gauge
  readonly unpublishedSeals: Gauge
}

const SECONDS: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

const createHandlerMetrics = (registers: Registry[]) => ({
  handled: new Histogram({
    name: 'zyra_handler_duration_seconds', help: 'Time a handler took for one event, or a projection for one batch.',
    labelNames: ['service', 'kind', 'handler'], buckets: [...SECONDS], registers,
  }),
  retries: new Counter({
    name: 'zyra_handler_retries_total',
    help: 'Pauses before trying again: "failed" counts towards parking, "holding" waits for what passes by itself, "outdated" for a newer release.',
    labelNames: ['service', 'handler', 'reason'], registers,
  }),
  parked: new Counter({ name: 'zyra_handler_parked_total', help: 'Events that were parked.', labelNames: ['service', 'handler'], registers }),
  lots: new Gauge({ name: 'zyra_parked_aggregates', help: 'Aggregates that wait for a redrive.', labelNames: ['service', 'kind'], registers }),
  decisions: new Counter({
    name: 'zyra_decisions_total', help: 'Commands decided on, by what came of them.', labelNames: ['service', 'aggregate', 'status'], registers,
  }),
  lag: new Gauge({
    name: 'zyra_reader_lag_events', help: 'Events of the log that a reader has not handled yet.', labelNames: ['service', 'reader'], registers,
  }),
  problems: new Counter({ name: 'zyra_problems_total', help: 'What went wrong outside of a handler.', labelNames: ['service', 'where'], registers }),
})

/** One registry per process: nothing is kept in the module, so that several systems can run in one process. */
export const createMetrics = (logger: Logger): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const { handled, retries, parked, lots, decisions, lag, problems } = createHandlerMetrics(registers)

  return {
    text: () => registry.metrics(),
    contentType: registry.contentType,
    webhooks: new Counter({ name: 'zyra_webhooks_total', help: 'Deliveries by vendor and answer.', labelNames: ['vendor', 'answer'], registers }),
    appendSeconds: new Histogram({
      name: 'zyra_append_duration_seconds', help: 'Time from asking the log to keep a webhook until it is on disk.', buckets: [...SECONDS], registers,
    }),
    sealedTo: new Gauge({ name: 'zyra_sealed_sequence', help: 'The last sequence of the log that is sealed.', registers }),
    unpublishedSeals: new Gauge({ name: 'zyra_seals_unpublished', help: 'Seals that did not reach the outside place yet.', registers }),
    observerFor: (service) => ({
      handled: (handler, kind, seconds) => handled.observe({ service, kind, handler }, seconds),
      waited: (handler, subject, why, reason, pauseMs) => {
        retries.inc({ service, handler, reason })
        logger.warn({ service, handler, subject, why, reason, pauseMs }, reason === 'failed' ? 'trying again' : 'waiting')
      },
      parked: (handler, subject, error) => {
        parked.inc({ service, handler })
        logger.error({ service, handler, subject, error }, 'parked')
      },
      lots: (kind, count) => lots.set({ service, kind }, count),
      decided: (aggregate, status) => decisions.inc({ service, aggregate, status }),
      lag: (reader, events) => lag.set({ service, reader }, events),
      problem: (where, what) => {
        problems.inc({ service, where })
        logger.error({ service, where, what }, 'problem')
      },
    }),
  }
}
