import type { AnyReactor } from '@zyra/es'
import { addressOf, type Delivery, type EventLog, type StoredEvent } from '@zyra/jetstream'
import pLimit from 'p-limit'
import type { Codec } from './codec.ts'
import type { DoEffect } from './effects.ts'
import { createLanes } from './lanes.ts'
import type { Observer } from './observer.ts'
import type { Lot, Parking } from './parking.ts'
import { concerns, type Runner } from './policies.ts'
import { createRedrive } from './redrive.ts'
import { tryUntilDone } from './retry.ts'

/** What running a service's reactors needs. */
export interface ReactorRunnerOptions {
  readonly service: string
  readonly reactors: readonly AnyReactor[]
  readonly log: EventLog
  readonly codec: Codec
  readonly doEffect: DoEffect
  readonly parking: Parking
  /** The position after which each handler acts, by name. */
  readonly startAfter: ReadonlyMap<string, number>
  readonly observer: Observer
  /** Side effects under way at once. */
  readonly concurrency?: number
  readonly pauses?: readonly number[]
}

/** Runs reactors: the effects of one aggregate in order, several aggregates at once. What cannot be done for now holds its lane. */
export const createReactorRunner = (options: ReactorRunnerOptions): Runner => {
  const { service, reactors, log, codec, doEffect, parking, startAfter, observer, concurrency = 8, pauses } = options
  const lanes = createLanes()
  const limit = pLimit(concurrency)

  const attemptOn = (lost: AbortSignal, name: string, subject: string, work: () => Promise<void>) =>
    tryUntilDone(work, { lost, onWait: (why, holds) => observer.waited(name, subject, why, holds), ...(pauses === undefined ? {} : { pauses }) })

  const lotFor = (reactor: AnyReactor, stored: StoredEvent): Lot => ({
    handler: reactor.name, kind: 'reactor', subject: stored.subject, merchant: addressOf(stored.subject).merchant,
  })

  const park = async (lot: Lot, stored: StoredEvent, error: string, tries: number, lost: AbortSignal): Promise<void> => {
    observer.parked(lot.handler, lot.subject, error)
    await attemptOn(lost, lot.handler, lot.subject, () => parking.park(lot, stored, error, tries))
  }

  const effect = (reactor: AnyReactor, stored: StoredEvent, attempt: number, lost: AbortSignal) =>
    attemptOn(lost, reactor.name, stored.subject, () =>
      limit(async () => {
        const from = performance.now()
        await doEffect(reactor, stored, await codec.open(stored), attempt, lost)
        observer.handled(reactor.name, 'reactor', (performance.now() - from) / 1_000)
      }),
    )

  const run = async (reactor: AnyReactor, stored: StoredEvent, lost: AbortSignal): Promise<void> => {
    const lot = lotFor(reactor, stored)
    if (parking.holds(lot)) return park(lot, stored, 'waits behind an earlier event that is parked', 0, lost)
    const tried = await effect(reactor, stored, 1, lost)
    if (tried.status === 'gave up') await park(lot, stored, tried.error.message, tried.tries, lost)
  }

  const deliver = async (delivery: Delivery, lost: AbortSignal): Promise<void> => {
    let unreadable: Error | undefined
    await lanes.add(delivery.subject, async () => {
      const tried = await attemptOn(lost, `${service}-reactor`, delivery.subject, async () => {
        const stored = delivery.read()
        for (const reactor of reactors) if (concerns(reactor, stored, startAfter)) await run(reactor, stored, lost)
      })
      if (tried.status === 'gave up') unreadable = tried.error
    })
    if (unreadable !== undefined) throw unreadable
    if (!lost.aborted) delivery.ack()
  }

  const redrive = createRedrive({
    log, parking, kind: 'reactor', lanes,
    handleAgain: async (lot, stored, attempt, lost) => {
      const reactor = reactors.find(({ name, previously = [] }) => [name, ...previously].includes(lot.handler))
      if (reactor === undefined) return `no reactor is called "${lot.handler}" any more`
      const tried = await effect(reactor, stored, attempt, lost)
      return tried.status === 'gave up' ? tried.error.message : undefined
    },
  })

  return { deliver, redrive }
}
