import { statfs } from 'node:fs/promises'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** From a local append to a handler that waits for a vendor. */
const SECONDS: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
/** Of what goes over the internet. */
const REMOTE_SECONDS: readonly number[] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** What handlers, and the commands they give, come to. */
const handlerMetrics = (registers: Registry[]) => ({
  handled: new Histogram({
    name: 'zyra_handler_duration_seconds', help: 'Time a handler took for one event, or a projection for one batch.',
    labelNames: ['service', 'kind', 'handler'], buckets: [...SECONDS], registers,
  }),
  retries: new Counter({
    name: 'zyra_handler_retries_total',
    help: 'Pauses before trying again: "failed" counts towards parking, "holding" waits for what passes by itself, "outdated" for a newer release.',
    labelNames: ['service', 'handler', 'reason'], registers,
  }),
  parked: new Counter({
    name: 'zyra_handler_parked_total', help: 'Events that were parked, those behind others included.', labelNames: ['service', 'handler'], registers,
  }),
  lots: new Gauge({ name: 'zyra_parked_aggregates', help: 'Aggregates that wait for a redrive.', labelNames: ['service', 'kind'], registers }),
  decisions: new Counter({
    name: 'zyra_decisions_total',
    help: 'Commands decided on: "decided" led to events, "repeated" was in the log already, "nothing" needed none.',
    labelNames: ['service', 'aggregate', 'status'], registers,
  }),
})

/** How far those who read the log are behind. */
const readerMetrics = (registers: Registry[]) => ({
  lag: new Gauge({
    name: 'zyra_reader_lag_events', help: 'Events of the log that a reader has not handled yet.', labelNames: ['service', 'reader'], registers,
  }),
  age: new Gauge({
    name: 'zyra_reader_lag_seconds', help: 'Age of the oldest event that a reader has in work; 0 where nothing waits, or another process owns the reader.',
    labelNames: ['service', 'reader'], registers,
  }),
  stopped: new Gauge({
    name: 'zyra_projection_stopped', help: '1 while the rows of a projection stand still because of an event or the database, else 0.',
    labelNames: ['service', 'projection'], registers,
  }),
})

/** The log and what goes into it. */
const logMetrics = (registers: Registry[]) => ({
  append: new Histogram({
    name: 'zyra_append_duration_seconds',
    help: 'Time from asking the log to keep the events of one decision until it answered: "appended", "duplicate", "conflict", or "failed".',
    labelNames: ['service', 'result'], buckets: [...SECONDS], registers,
  }),
  events: new Counter({ name: 'zyra_events_appended_total', help: 'Events that this process appended.', labelNames: ['service', 'type'], registers }),
  newest: new Gauge({
    name: 'zyra_event_last_timestamp_seconds', help: 'Unix time of the newest event of a type that this process appended since it started.',
    labelNames: ['service', 'type'], registers,
  }),
})

/** Seals over the log. */
const sealMetrics = (registers: Registry[]) => ({
  sealedTo: new Gauge({ name: 'zyra_sealed_sequence', help: 'The last sequence of the log that is sealed.', registers }),
  unpublishedSeals: new Gauge({ name: 'zyra_seals_unpublished', help: 'Seals that did not reach the outside place yet.', registers }),
})

/** The way in and the way out. */
const edgeMetrics = (registers: Registry[]) => ({
  webhooks: new Counter({
    name: 'zyra_webhooks_total', help: 'Deliveries by vendor and answer: 200 is on disk, 401 wrongly signed, 503 not kept.',
    labelNames: ['vendor', 'answer'], registers,
  }),
  requests: new Histogram({
    name: 'zyra_http_request_duration_seconds', help: 'Time to answer a request, by route and status.',
    labelNames: ['method', 'route', 'status'], buckets: [...SECONDS], registers,
  }),
  calls: new Histogram({
    name: 'zyra_vendor_request_duration_seconds',
    help: 'Time of a call to a vendor until its answer began, by status; "none" got no answer, "refused" was not let through by the gate.',
    labelNames: ['service', 'vendor', 'outcome'], buckets: [...REMOTE_SECONDS], registers,
  }),
  gateClosed: new Gauge({
    name: 'zyra_gate_closed', help: '1 while no call goes out because the stop switch cannot be seen, else 0.', labelNames: ['service'], registers,
  }),
  stops: new Gauge({
    name: 'zyra_stopped_merchants', help: 'Merchants whose calls somebody stopped, by level; a stop of the whole installation counts as one.',
    labelNames: ['service', 'level'], registers,
  }),
})

/** The process as a whole. */
const processMetrics = (registers: Registry[], dataDir: string | undefined) => ({
  ready: new Gauge({ name: 'zyra_ready', help: '1 where everything works (/readyz answers 200), else 0.', registers }),
  checks: new Gauge({ name: 'zyra_check_ok', help: '1 for each part of /readyz that works, 0 for one that does not.', labelNames: ['check'], registers }),
  problems: new Counter({
    name: 'zyra_problems_total', help: 'What went wrong outside of a handler; the log file says what.', labelNames: ['service', 'where'], registers,
  }),
  disk: new Gauge({
    name: 'zyra_disk_bytes', help: 'The file system of the data folder: "free" for this user, and its whole "size".', labelNames: ['part'], registers,
    async collect() {
      if (dataDir === undefined) return
      const { bavail, blocks, bsize } = await statfs(dataDir)
      this.set({ part: 'free' }, bavail * bsize)
      this.set({ part: 'size' }, blocks * bsize)
    },
  }),
})

/** Every metric of Zyra's own. @param dataDir whose disk is measured; undefined: none */
export const defineMetrics = (registry: Registry, dataDir: string | undefined) => {
  const registers = [registry]
  return {
    ...handlerMetrics(registers), ...readerMetrics(registers), ...logMetrics(registers), ...sealMetrics(registers), ...edgeMetrics(registers),
    ...processMetrics(registers, dataDir),
  }
}
