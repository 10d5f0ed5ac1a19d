import { addressOf, aggregateFilter, type ConsumerState, type Delivery, type EventLog, type JetStream, type OwnedConsumer } from '@zyra/jetstream'
import type { StoredEvent } from '@zyra/jetstream'
import { watchAttendance } from './attendance.ts'
import type { HealthCheck } from './health-check.ts'
import { messageOf } from './errors.ts'
import type { Observer } from './observer.ts'
import { takeOver, type Ownership } from './ownership.ts'
import type { HandlerKind, Parking } from './parking.ts'
import { readPlain } from './plain.ts'
import { filtersOf } from './registration.ts'
import { tryUntilDone, type Pause, type WaitReason } from './retry.ts'
import { noTracer, type Tracer } from './tracing.ts'
import type { Runner } from './runner.ts'

/** What consuming for one kind of handlers needs. */
export interface ConsumingOptions {
  readonly js: Pick<JetStream, 'consume'>
  readonly log: EventLog
  readonly service: string
  readonly kind: HandlerKind
  readonly handlers: readonly { readonly on: object }[]
  readonly createRunner: (observer: Observer) => Runner
  readonly openParking: () => Promise<Parking>
  readonly observer: Observer
  readonly tracer?: Tracer
  /** Fires when no new work is to be begun. */
  readonly draining: AbortSignal
  /** Milliseconds that never jump. */
  readonly monotonic: () => number
  readonly pause?: Pause
}

/** A durable consumer at work. */
export interface Consuming {
  readonly name: string
  readonly check: () => Promise<HealthCheck>
  /** Resolves when nothing is under way. */
  readonly idle: () => Promise<void>
  readonly close: () => Promise<void>
}

const REQUESTS = aggregateFilter('gateway', 'request')
const ABOUT_PARKED = ['gateway.RedriveRequested', 'gateway.DiscardRequested'] as const
const isAboutParked = ({ envelope }: StoredEvent): boolean => ABOUT_PARKED.some((type) => type === envelope.type)
const STALLED_AFTER_MS = 60_000

/** Watches what a consumer does, so that one that stands still can be told from one that waits for a vendor. */
const createWatch = (observer: Observer, monotonic: () => number) => {
  const attendance = watchAttendance(monotonic)
  let aliveUntil = monotonic()
  let waiting: string | undefined
  let blocked: string | undefined
  return {
    observer: {
      ...observer,
      waited: (handler: string, subject: string, why: string, reason: WaitReason, pauseMs: number) => {
        aliveUntil = Math.max(aliveUntil, monotonic() + pauseMs)
        waiting = `${handler}: ${why}`
        if (reason === 'outdated') blocked = waiting
        observer.waited(handler, subject, why, reason, pauseMs)
      },
    } satisfies Observer,
    moved: () => {
      aliveUntil = Math.max(aliveUntil, monotonic())
      waiting = undefined
    },
    block: (why: string) => {
      blocked = why
    },
    /** What one owner could not read, another perhaps can. */
    begin: () => {
      blocked = undefined
      aliveUntil = monotonic()
    },
    judge: (state: ConsumerState): { readonly ok: boolean; readonly detail: string } => {
      const { owner, pending, inFlight } = state
      const { ok, note } = attendance(state)
      const counts = `${pending} to be delivered, ${inFlight} in work${note}`
      if (!owner) return { ok, detail: counts }
      if (pending + inFlight === 0) aliveUntil = Math.max(aliveUntil, monotonic())
      if (blocked !== undefined) return { ok: false, detail: `${counts}; stopped: ${blocked}` }
      const isStalled = monotonic() - aliveUntil > STALLED_AFTER_MS
      return { ok: !isStalled, detail: `${counts}${isStalled ? '; nothing was done for a minute' : ''}${waiting === undefined ? '' : `; waiting: ${waiting}`}` }
    },
  }
}

/** While a vendor is away the effects for it are held; as long as there are fewer, others go on. The server delivers 4,096 at most. */
const MAX_HELD = 2_000

/** Works on the log through the durable consumer of one kind of handlers. */
export const startConsuming = async (options: ConsumingOptions): Promise<Consuming> => {
  const { js, log, service, kind, handlers, observer, tracer = noTracer, draining, monotonic, pause } = options
  const durable = `${service}-${kind}`
  const watch = createWatch(observer, monotonic)
  const runner = options.createRunner(watch.observer)
  const underWay = new Set<Promise<void>>()
  /** When the events in work happened, oldest first. */
  const happened = new Map<number, number>()
  const onWait = (why: string, reason: WaitReason, pauseMs: number): void => watch.observer.waited(durable, durable, why, reason, pauseMs)
  const patience = { onWait, ...(pause === undefined ? {} : { pause }) }
  let ownership: Promise<Ownership | undefined> = Promise.resolve(undefined)

  /** Answers false when the request is left to the next owner. */
  const redrive = async (stored: StoredEvent, owned: Ownership): Promise<boolean> => {
    if (!isAboutParked(stored)) return true
    const tried = await tryUntilDone(
      async () => {
        const request = readPlain(stored, ...ABOUT_PARKED)
        if (request?.data.service !== service) return
        const { merchant } = addressOf(stored.subject)
        const { id, traceparent: parent } = stored.envelope
        const { by, parkedId } = request.data
        const discard = request.type === 'gateway.DiscardRequested' ? { discard: { by, reason: request.data.reason } } : {}
        const asked = { id, sequence: stored.sequence, merchant, parkedId, ...discard }
        const name = request.type === 'gateway.DiscardRequested' ? 'discard' : 'redrive'
        const describe = () => ({ name, kind: 'consumer' as const, ...(parent === undefined ? {} : { parent }) })
        await tracer.span(describe, () => runner.redrive(asked, owned))
        observer.lots(kind, owned.parking.size())
      },
      { ...patience, leaving: owned.leaving, pauses: [] },
    )
    if (tried.status === 'gave up') observer.problem('redrive', tried.error.message)
    return tried.status !== 'left' && !owned.leaving.aborted
  }

  const read = (delivery: Delivery): StoredEvent | undefined => {
    try {
      return delivery.read()
    } catch (error) {
      const why = `${delivery.subject} #${delivery.sequence} cannot be read and stops its subject: ${messageOf(error)}`
      observer.problem(durable, why)
      watch.block(why)
      return undefined
    }
  }

  const deliver = async (delivery: Delivery, owning: Promise<Ownership | undefined>): Promise<void> => {
    const owned = await owning
    if (owned === undefined) return
    const stored = read(delivery)
    if (stored === undefined) return runner.hold(delivery.subject, owned)
    happened.set(stored.sequence, Date.parse(stored.envelope.time))
    const [handled, redriven] = await Promise.all([runner.handle(stored, owned), redrive(stored, owned)])
    if (!handled || !redriven || owned.lost.aborted) return
    delivery.ack()
    watch.moved()
  }

  const consumer: OwnedConsumer = await js.consume({
    durable,
    filters: [...new Set([...filtersOf(service, handlers), REQUESTS])],
    ...(kind === 'reactor' ? { maxInFlight: MAX_HELD } : {}),
    onOwnership: (lost) => {
      watch.begin()
      ownership = takeOver({ ...patience, log, lost, draining, monotonic, openParking: options.openParking })
      void ownership.then((owned) => owned !== undefined && observer.lots(kind, owned.parking.size()))
    },
    onDelivery: (delivery) => {
      const { subject, sequence } = delivery
      const done = deliver(delivery, ownership).catch((error: unknown) => observer.problem(durable, `${subject} #${sequence}: ${messageOf(error)}`))
      underWay.add(done)
      void done.finally(() => {
        underWay.delete(done)
        happened.delete(sequence)
      })
    },
    onProblem: (problem) => observer.problem(durable, problem),
  })

  const oldestAge = (): number => {
    const [oldest] = happened.values()
    return oldest === undefined ? 0 : Math.max(0, Date.now() - oldest) / 1_000
  }

  return {
    name: durable,
    check: async () => {
      const state = await consumer.state()
      observer.lag(durable, state.pending + state.inFlight, oldestAge())
      return { name: durable, ...watch.judge(state) }
    },
    idle: async () => {
      await Promise.all(underWay)
    },
    close: () => consumer.close(),
  }
}
