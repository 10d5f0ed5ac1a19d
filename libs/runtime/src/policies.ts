import type { AnyPolicy, Dispatch, Recorded } from '@zyra/es'
import { addressOf, subjectOf, type Delivery, type EventLog, type StoredEvent } from '@zyra/jetstream'
import type { Codec } from './codec.ts'
import type { Decisions } from './decisions.ts'
import { messageOf } from './errors.ts'
import { createLanes } from './lanes.ts'
import type { Observer } from './observer.ts'
import type { Lot, Parking } from './parking.ts'
import { createRedrive, type Redrive } from './redrive.ts'
import { tryUntilDone } from './retry.ts'

/** What running a service's policies needs. */
export interface PolicyRunnerOptions {
  readonly service: string
  readonly policies: readonly AnyPolicy[]
  readonly log: EventLog
  readonly codec: Codec
  readonly decisions: Decisions
  readonly parking: Parking
  /** The position after which each handler acts, by name. */
  readonly startAfter: ReadonlyMap<string, number>
  readonly observer: Observer
  readonly pauses?: readonly number[]
}

/** Handles deliveries of one kind of durable consumer. */
export interface Runner {
  /** @throws Error for a message that cannot be read at all: it stays unacknowledged and stops its subject */
  readonly deliver: (delivery: Delivery, lost: AbortSignal) => Promise<void>
  /** Handles what waits in a lot again, in order. */
  readonly redrive: Redrive
}

/** True if the handler acts on this event at all. */
export const concerns = (handler: AnyPolicy | { readonly name: string; readonly backfill?: boolean; readonly on: object }, stored: StoredEvent, startAfter: ReadonlyMap<string, number>): boolean =>
  stored.envelope.type in handler.on &&
  stored.sequence > (startAfter.get(handler.name) ?? 0) &&
  (!stored.envelope.backfill || handler.backfill === true)

/**
 * Runs policies: each event is evaluated in the order of its subject, and the commands that come of it run in order per aggregate
 * they are for, concurrently over aggregates. An event is acknowledged when all its commands are decided on or parked.
 */
export const createPolicyRunner = (options: PolicyRunnerOptions): Runner => {
  const { service, policies, codec, decisions, parking, startAfter, observer, pauses } = options
  const [evaluating, deciding] = [createLanes(), createLanes()]

  const attemptOn = (lost: AbortSignal, name: string, subject: string, work: () => Promise<void>) =>
    tryUntilDone(work, { lost, onWait: (why, holds) => observer.waited(name, subject, why, holds), ...(pauses === undefined ? {} : { pauses }) })

  const park = async (lot: Lot, stored: StoredEvent, error: string, tries: number, lost: AbortSignal): Promise<void> => {
    observer.parked(lot.handler, lot.subject, error)
    await attemptOn(lost, lot.handler, lot.subject, () => parking.park(lot, stored, error, tries))
  }

  const lotFor = (policy: AnyPolicy, stored: StoredEvent, target: string): Lot => ({
    handler: policy.name, kind: 'policy', subject: target, merchant: addressOf(stored.subject).merchant,
  })

  const decideOn = async (policy: AnyPolicy, event: Recorded, dispatch: Dispatch, ordinal: number, attempt: number, lost: AbortSignal) => {
    const from = performance.now()
    // The ordinal keeps the ids of several commands of one policy apart, whatever each of them comes to.
    const handler = ordinal === 0 ? policy.name : `${policy.name}/${ordinal}`
    const decision = await decisions.decide(dispatch, { meta: event.meta, handler, actor: `policy:${policy.name}`, attempt }, lost)
    observer.decided(dispatch.aggregate, decision.status)
    observer.handled(policy.name, 'policy', (performance.now() - from) / 1_000)
  }

  const targetOf = (stored: StoredEvent, { aggregate, id }: Dispatch): string =>
    subjectOf({ merchant: addressOf(stored.subject).merchant, service, aggregate, id })

  const run = async (policy: AnyPolicy, stored: StoredEvent, event: Recorded, dispatch: Dispatch, ordinal: number, lost: AbortSignal): Promise<void> => {
    const target = targetOf(stored, dispatch)
    const lot = lotFor(policy, stored, target)
    if (parking.holds(lot)) return park(lot, stored, 'waits behind an earlier event that is parked', 0, lost)
    const tried = await attemptOn(lost, policy.name, target, () => decideOn(policy, event, dispatch, ordinal, 1, lost))
    if (tried.status === 'gave up') await park(lot, stored, tried.error.message, tried.tries, lost)
  }

  const evaluate = (policy: AnyPolicy, event: Recorded): readonly Dispatch[] => policy.on[event.type]?.(event as never) ?? []

  const deliver = async (delivery: Delivery, lost: AbortSignal): Promise<void> => {
    const commands: Promise<void>[] = []
    let unreadable: Error | undefined
    await evaluating.add(delivery.subject, async () => {
      const tried = await attemptOn(lost, `${service}-policy`, delivery.subject, async () => {
        const stored = delivery.read()
        const concerned = policies.filter((policy) => concerns(policy, stored, startAfter))
        if (concerned.length === 0) return
        const event = await codec.open(stored)
        for (const policy of concerned) {
          try {
            evaluate(policy, event).forEach((dispatch, ordinal) => {
              commands.push(deciding.add(targetOf(stored, dispatch), () => run(policy, stored, event, dispatch, ordinal, lost)))
            })
          } catch (error) {
            // No order to keep: the event itself is what the policy cannot read, and those after it are not to wait for it.
            commands.push(park(lotFor(policy, stored, `${stored.subject}.${stored.sequence}`), stored, messageOf(error), 1, lost))
          }
        }
      })
      if (tried.status === 'gave up') unreadable = tried.error
    })
    if (unreadable !== undefined) throw unreadable
    await Promise.all(commands)
    if (!lost.aborted) delivery.ack()
  }

  const handleAgain = async (lot: Lot, stored: StoredEvent, attempt: number, lost: AbortSignal): Promise<string | undefined> => {
    const policy = policies.find(({ name, previously = [] }) => [name, ...previously].includes(lot.handler))
    if (policy === undefined) return `no policy is called "${lot.handler}" any more`
    const tried = await attemptOn(lost, policy.name, lot.subject, async () => {
      const event = await codec.open(stored)
      for (const [ordinal, dispatch] of evaluate(policy, event).entries()) {
        const unreadable = lot.subject === `${stored.subject}.${stored.sequence}`
        if (unreadable || targetOf(stored, dispatch) === lot.subject) await decideOn(policy, event, dispatch, ordinal, attempt, lost)
      }
    })
    return tried.status === 'gave up' ? tried.error.message : undefined
  }

  return { deliver, redrive: createRedrive({ log: options.log, parking, kind: 'policy', lanes: deciding, handleAgain }) }
}
