import { entryId } from '@zyra/contracts'
import { inboxPrefixOf, openJetStream, type JetStream, type Timer } from '@zyra/jetstream'
import { openVault } from '@zyra/privacy'
import { createCodec } from './codec.ts'
import { waitForClock } from './clock.ts'
import { startConsuming, type Consuming, type ConsumingOptions } from './consuming.ts'
import type { ServiceContext } from './context.ts'
import type { HealthCheck } from './health-check.ts'
import { createDecisions } from './decisions.ts'
import { createEffects } from './effects.ts'
import { messageOf } from './errors.ts'
import { createGate } from './gate.ts'
import { readSwitches } from './gate-view.ts'
import { within } from './grace.ts'
import { guardedLog, guardedProbe, guardedSnapshots } from './guarded-log.ts'
import { measuredLog } from './measured-log.ts'
import { followMerchants } from './merchants.ts'
import type { Observer } from './observer.ts'
import { openParking } from './parking.ts'
import { createPolicyRunner } from './policies.ts'
import type { ProcessContext } from './process.ts'
import { runProjection } from './projections.ts'
import { createReactorRunner } from './reactors.ts'
import { registerHandlers } from './registration.ts'
import { checkPorts, type ServiceDefinition } from './service.ts'
import { createStateSnapshots } from './snapshots.ts'
import { checkTimers, timerPort, wakeTimers } from './timers.ts'
import { measuredCalls } from './vendor-calls.ts'

/** A service at work. */
export interface RunningService {
  readonly name: string
  readonly context: ServiceContext
  /** Starts to work on the log. */
  readonly listen: () => Promise<void>
  readonly checks: () => Promise<readonly HealthCheck[]>
  /** Lets go of the work: what is under way may finish within the grace period, what is not acknowledged comes again elsewhere. */
  readonly close: () => Promise<void>
}

const monotonic = (): number => performance.now()

/** Connects a service to the log under its own name and prepares its work. */
export const openService = async (definition: ServiceDefinition, process: ProcessContext): Promise<RunningService> => {
  const { name: service } = definition
  const { config, objects, db, metrics, logger, now } = process
  const observer = metrics.observerFor(service)
  const tracer = process.tracing.tracerFor(service)
  const seed = process.seedOf(service)
  const user = { name: `zyra-${service}`, inboxPrefix: inboxPrefixOf(service), ...(seed === undefined ? {} : { seed }) }
  const js = await openJetStream({ url: process.natsUrl, ...user })
  const stopped = new AbortController()
  try {
    js.onStatus((status) => logger.warn({ service, status }, 'connection to the log'))
    const onWait = (why: string): void => observer.problem('clock', why)
    await waitForClock(js.log, { now, trust: config.trustClock, signal: stopped.signal, guard: process.clock, onWait })
    const vault = openVault({ store: js.keys, masterKey: process.masterKey, cacheSize: 10_000, maxAgeMs: 10_000, now: monotonic })
    const codec = createCodec({ vault, objects })
    const log = measuredLog(guardedLog(js.log, process), observer)
    const snapshots = createStateSnapshots({
      store: guardedSnapshots(js.snapshots, process.disk), epoch: js.log.epoch, service, onProblem: (problem) => observer.problem('snapshots', problem),
    })
    const decisions = createDecisions({ log, codec, service, deciders: definition.deciders ?? [], now: () => now().toISOString(), snapshots, tracer })
    const merchants = await followMerchants(js.log, { signal: stopped.signal, onProblem: (problem) => observer.problem('merchants', problem) })
    const gate = createGate({ look: () => readSwitches(js.log, merchants), sandboxOrigins: [process.sandboxOrigin], fetch: globalThis.fetch, monotonic })
    const { sandboxOrigin, health, disk, clock } = process
    const callsTo = measuredCalls({ fetch: gate.fetch, observer, tracer })
    const context: ServiceContext = {
      service, config, sandboxOrigin, log, codec, decisions, gate, callsTo, merchants, vault, objects, disk, clock, db, metrics, tracer, logger, now, health,
    }
    const work = createWork(definition, context, { js, observer, stopped, instance: process.instance, graceMs: process.graceMs })
    const close = async (): Promise<void> => {
      await work.close()
      gate.close()
      await js.close()
    }
    return { name: service, context, listen: work.listen, checks: work.checks, close }
  } catch (error) {
    stopped.abort()
    await js.close()
    throw error
  }
}

interface WorkTools {
  readonly js: JetStream
  readonly observer: Observer
  readonly stopped: AbortController
  readonly instance: string
  readonly graceMs: number
}

type Work = Pick<RunningService, 'listen' | 'checks' | 'close'>

const failedCheck = (name: string) => (error: unknown): HealthCheck => ({ name, ok: false, detail: messageOf(error) })

const createWork = (definition: ServiceDefinition, context: ServiceContext, { js, observer, stopped, instance, graceMs }: WorkTools): Work => {
  const { service, log, codec, decisions, gate, db, tracer } = context
  const { policies = [], reactors = [], projections = [] } = definition
  const ports = { timers: timerPort(js, service, context.merchants, tracer), ...definition.ports?.(context) }
  checkPorts(definition, ports)
  const probe = guardedProbe(js.probe, context.disk)
  const draining = new AbortController()
  const consuming: Consuming[] = []
  let timers: Pick<Consuming, 'check' | 'close'> | undefined
  let rows: readonly ReturnType<typeof runProjection>[] = []

  const recordTimer = async ({ merchant, timer, at, traceparent }: Timer): Promise<void> => {
    const id = entryId('timer fired', merchant, service, timer, at)
    // A chain of timers would be one trace without end.
    const describe = () => ({ name: `timer ${timer}`, kind: 'consumer' as const, links: traceparent === undefined ? [] : [traceparent] })
    const meta = { merchant, id, correlationId: id, backfill: false }
    const cause = { meta, handler: 'timers', actor: `runtime:${service}`, attempt: 1 }
    const fired = { type: 'runtime.TimerFired', data: { timer, due: at } }
    await tracer.span(describe, () => decisions.record({ merchant, aggregate: 'timer', id: timer }, [fired], cause))
  }

  const consume = async (part: Pick<ConsumingOptions, 'kind' | 'handlers' | 'createRunner'>): Promise<void> => {
    if (part.handlers.length === 0) return
    const { kind } = part
    const open = () => openParking({ log, decisions, service, kind })
    const reading = { js, log, service, openParking: open, observer, tracer, draining: draining.signal, monotonic }
    consuming.push(await startConsuming({ ...part, ...reading }))
  }

  const listen = async (): Promise<void> => {
    const handlers = [
      ...policies.map((handler) => ({ kind: 'policy' as const, handler })),
      ...reactors.map((handler) => ({ kind: 'reactor' as const, handler })),
    ]
    const startAfter = handlers.length === 0 ? new Map<string, number>() : await registerHandlers({ log, decisions, service, now: context.now }, handlers)
    const beginEffect = createEffects({ log, codec, decisions, gate, service, ports })
    const common = { service, log, codec, startAfter, tracer }
    await Promise.all([
      consume({ kind: 'policy', handlers: policies, createRunner: (watched) => createPolicyRunner({ ...common, policies, decisions, observer: watched }) }),
      consume({
        kind: 'reactor', handlers: reactors, createRunner: (watched) => createReactorRunner({ ...common, reactors, beginEffect, observer: watched }),
      }),
    ])
    if (policies.some(({ on }) => 'runtime.TimerFired' in on)) {
      const onProblem = (problem: string): void => observer.problem(`${service}-timers`, problem)
      const carrier = await js.carryTimers({ service, onDue: recordTimer, now: () => context.now().getTime(), onProblem })
      timers = { check: checkTimers(service, carrier, monotonic), close: carrier.close }
      const standing = { js, merchants: context.merchants, service, timers: definition.standingTimers ?? [], now: context.now }
      const woken = await wakeTimers(standing).catch((error: unknown) => observer.problem(`${service}-timers`, messageOf(error)))
      if (woken !== undefined && woken.length > 0) context.logger.warn({ service, woken }, 'timers that were not set fire now')
    }
    rows = projections.map((projection) => runProjection({ log, codec, db, service, observer, signal: stopped.signal }, projection))
  }

  const checks = async (): Promise<readonly HealthCheck[]> => {
    const connection: HealthCheck = { name: `${service}-log`, ok: js.connected(), detail: js.connected() ? 'connected' : 'not connected' }
    if (!js.connected()) return [connection]
    const name = `${service}-append`
    const problem = gate.problem()
    observer.gate({ closed: problem !== undefined, ...gate.stops() })
    const found = await Promise.all([
      probe(service, instance).then((ms): HealthCheck => ({ name, ok: true, detail: `${ms.toFixed(1)} ms` }), failedCheck(name)),
      ...consuming.map(({ check, name: consumer }) => check().catch(failedCheck(consumer))),
      ...(timers === undefined ? [] : [timers.check().catch(failedCheck(`${service}-timers`))]),
    ])
    const blind = problem === undefined ? [] : [{ name: `${service}-gate`, ok: false, detail: problem }]
    return [connection, ...found, ...blind, ...rows.map(({ check }) => check())]
  }

  const close = async (): Promise<void> => {
    draining.abort()
    const finished = await within(graceMs, Promise.all(consuming.map(({ idle }) => idle())))
    if (!finished) observer.problem('drain', `some work did not end within ${graceMs} ms; it comes again where it is taken over`)
    stopped.abort()
    await Promise.all([...consuming.map((one) => one.close()), timers?.close(), ...rows.map(({ done }) => done)])
  }

  return { listen, checks, close }
}
