import { definitionOf, type GatewayEvent } from '@zyra/contracts'
import { aggregateFilter, inboxPrefixOf, openJetStream, type ConsumerState, type Delivery, type JetStream, type OwnedConsumer, type Timer } from '@zyra/jetstream'
import { openVault } from '@zyra/privacy'
import { entryId } from '@zyra/contracts'
import { createCodec } from './codec.ts'
import { waitForClock } from './clock.ts'
import type { HealthCheck, ServiceContext } from './context.ts'
import { createDecisions } from './decisions.ts'
import { createEffects } from './effects.ts'
import { messageOf } from './errors.ts'
import { createGate } from './gate.ts'
import { readSwitches } from './gate-view.ts'
import { followMerchants } from './merchants.ts'
import type { Observer } from './observer.ts'
import { openParking } from './parking.ts'
import { createPolicyRunner, type Runner } from './policies.ts'
import type { ProcessContext } from './process.ts'
import { runProjection } from './projections.ts'
import { createReactorRunner } from './reactors.ts'
import { filtersOf, registerHandlers } from './registration.ts'
import type { ServiceDefinition } from './service.ts'
import { timerPort } from './timers.ts'

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

const REQUESTS = aggregateFilter('gateway', 'request')

/** Connects a service to the log under its own name and prepares its work. */
export const openService = async (definition: ServiceDefinition, process: ProcessContext): Promise<RunningService> => {
  const { name: service } = definition
  const { config, objects, db, metrics, logger, now } = process
  const observer = metrics.observerFor(service)
  const stopped = new AbortController()
  const seed = process.seedOf(service)
  const js = await openJetStream({ url: process.natsUrl, name: `zyra-${service}`, inboxPrefix: inboxPrefixOf(service), ...(seed === undefined ? {} : { seed }) })
  js.onStatus((status) => logger.warn({ service, status }, 'connection to the log'))
  await waitForClock(js.log, { now, trust: config.trustClock, signal: stopped.signal, onWait: (why) => observer.problem('clock', why) })

  const vault = openVault({ store: js.keys, masterKey: process.masterKey, cacheSize: 10_000, maxAgeMs: 10_000, now: () => performance.now() })
  const codec = createCodec({ vault, objects })
  const decisions = createDecisions({ log: js.log, codec, service, deciders: definition.deciders ?? [], now: () => now().toISOString() })
  const merchants = await followMerchants(js.log, stopped.signal, (problem) => observer.problem('merchants', problem))
  const gate = createGate({ look: () => readSwitches(js.log, merchants), sandboxOrigins: [process.sandboxOrigin], fetch: globalThis.fetch, monotonic: () => performance.now() })
  const context: ServiceContext = {
    service, config, sandboxOrigin: process.sandboxOrigin, log: js.log, codec, decisions, gate, merchants, vault, objects, db, metrics, logger, now, health: process.health,
  }
  const work = createWork(definition, context, { js, observer, signal: stopped.signal, instance: process.instance })
  return { name: service, context, ...work, close: () => closeAll(work, gate, js, stopped) }
}

const closeAll = async (work: Work, gate: { readonly close: () => void }, js: JetStream, stopped: AbortController): Promise<void> => {
  stopped.abort()
  await work.close()
  gate.close()
  await js.close()
}

interface WorkTools {
  readonly js: JetStream
  readonly observer: Observer
  readonly signal: AbortSignal
  readonly instance: string
}

type Work = Pick<RunningService, 'listen' | 'checks' | 'close'>

interface Consumer {
  readonly name: string
  readonly consumer: OwnedConsumer
  /** When it last moved or had nothing to do, in ms of the monotonic clock. */
  movedAt: number
  last: ConsumerState | undefined
}

const STALLED_AFTER_MS = 60_000

const createWork = (definition: ServiceDefinition, context: ServiceContext, { js, observer, signal, instance }: WorkTools): Work => {
  const { service, log, codec, decisions, gate, db } = context
  const { policies = [], reactors = [], projections = [] } = definition
  const ports = { timers: timerPort(js, service), ...definition.ports?.(context) }
  const consumers: Consumer[] = []
  let running: readonly ReturnType<typeof runProjection>[] = []

  const consume = async (kind: 'policy' | 'reactor', handlers: readonly { readonly on: object }[], runner: Runner): Promise<void> => {
    if (handlers.length === 0) return
    let lost = AbortSignal.abort()
    const deliver = async (delivery: Delivery): Promise<void> => {
      const mine = lost
      try {
        if (delivery.subject.split('.').slice(2, 4).join('.') === 'gateway.request') await redrive(delivery, runner, mine)
        await runner.deliver(delivery, mine)
      } catch (error) {
        observer.problem(`${service}-${kind}`, `${delivery.subject} #${delivery.sequence} cannot be read and stops its subject: ${messageOf(error)}`)
      }
    }
    const consumer = await js.consume({
      durable: `${service}-${kind}`,
      filters: [...new Set([...filtersOf(service, handlers), REQUESTS])],
      onOwnership: (signalOfLoss) => {
        lost = signalOfLoss
      },
      onDelivery: (delivery) => void deliver(delivery),
      onProblem: (problem) => observer.problem(`${service}-${kind}`, problem),
    })
    consumers.push({ name: `${service}-${kind}`, consumer, movedAt: performance.now(), last: undefined })
  }

  const redrive = async (delivery: Delivery, runner: Runner, lost: AbortSignal): Promise<void> => {
    const stored = delivery.read()
    if (stored.envelope.type !== 'gateway.RedriveRequested') return
    const { data } = { data: definitionOf(stored.envelope.type).schema.parse(stored.data) } as Extract<GatewayEvent, { type: 'gateway.RedriveRequested' }>
    if (data.service !== service) return
    const merchant = stored.envelope.source.split('/')[1] ?? ''
    await runner.redrive(merchant, data.parkedId, stored.envelope.id, lost).catch((error: unknown) => observer.problem('redrive', messageOf(error)))
  }

  const recordTimer = async ({ merchant, timer, at }: Timer): Promise<void> => {
    const id = entryId('timer fired', merchant, service, timer, at)
    await decisions.record({ merchant, aggregate: 'timer', id: timer }, [{ type: 'runtime.TimerFired', data: { timer, due: at } }], {
      meta: { merchant, id, correlationId: id, backfill: false }, handler: 'timers', actor: `runtime:${service}`, attempt: 1,
    })
  }

  const listen = async (): Promise<void> => {
    const handlers = [...policies.map((handler) => ({ kind: 'policy' as const, handler })), ...reactors.map((handler) => ({ kind: 'reactor' as const, handler }))]
    const startAfter = await registerHandlers({ log, decisions, service }, handlers)
    const parking = await openParking({ log, decisions, service })
    const doEffect = createEffects({ log, decisions, gate, service, ports })
    const common = { service, log, codec, parking, startAfter, observer }
    await consume('policy', policies, createPolicyRunner({ ...common, policies, decisions }))
    await consume('reactor', reactors, createReactorRunner({ ...common, reactors, doEffect }))
    if (policies.some(({ on }) => 'runtime.TimerFired' in on)) {
      const consumer = await js.carryTimers({ service, onDue: recordTimer, onProblem: (problem) => observer.problem(`${service}-timers`, problem) })
      consumers.push({ name: `${service}-timers`, consumer, movedAt: performance.now(), last: undefined })
    }
    running = projections.map((projection) => runProjection({ log, codec, db, service, observer, signal }, projection))
  }

  const checkConsumer = async (entry: Consumer): Promise<HealthCheck> => {
    const state = await entry.consumer.state()
    const moved = entry.last === undefined || state.pending + state.inFlight === 0 || state.pending + state.inFlight !== entry.last.pending + entry.last.inFlight
    if (moved) entry.movedAt = performance.now()
    entry.last = state
    const stalled = performance.now() - entry.movedAt
    observer.lag(entry.name, state.pending + state.inFlight)
    return { name: entry.name, ok: stalled < STALLED_AFTER_MS, detail: `${state.pending} to be delivered, ${state.inFlight} in work${state.owner ? '' : ', owned elsewhere'}` }
  }

  const checks = async (): Promise<readonly HealthCheck[]> => {
    const connection: HealthCheck = { name: `${service}-log`, ok: js.connected(), detail: js.connected() ? 'connected' : 'not connected' }
    if (!js.connected()) return [connection]
    const appended = await js.probe(service, instance).then(
      (ms): HealthCheck => ({ name: `${service}-append`, ok: true, detail: `${ms.toFixed(1)} ms` }),
      (error: unknown): HealthCheck => ({ name: `${service}-append`, ok: false, detail: messageOf(error) }),
    )
    const reading = await Promise.all(consumers.map((entry) => checkConsumer(entry).catch((error: unknown): HealthCheck => ({ name: entry.name, ok: false, detail: messageOf(error) }))))
    const rows = running.map(({ health }): HealthCheck => {
      const { name, sequence, stoppedBecause } = health()
      return { name: `projection ${name}`, ok: stoppedBecause === undefined, detail: stoppedBecause ?? `at ${sequence}` }
    })
    return [connection, appended, ...reading, ...rows]
  }

  const close = async (): Promise<void> => {
    await Promise.all(consumers.map(({ consumer }) => consumer.close()))
    await Promise.all(running.map(({ done }) => done))
  }

  return { listen, checks, close }
}
