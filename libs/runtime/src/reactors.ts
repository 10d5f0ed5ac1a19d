import type { AnyReactor } from '@zyra/es'
import { addressOf, type StoredEvent } from '@zyra/jetstream'
import pLimit from 'p-limit'
import type { BeginEffect, EffectToDo } from './effects.ts'
import { createLanes } from './lanes.ts'
import type { Lot } from './parking.ts'
import { createRedrive } from './redrive.ts'
import { whenAborted } from './retry.ts'
import { concerns, createTrier, type Runner, type RunnerOptions } from './runner.ts'

/** What running a service's reactors needs. */
export interface ReactorRunnerOptions extends RunnerOptions {
  readonly reactors: readonly AnyReactor[]
  readonly beginEffect: BeginEffect
  /** Side effects under way at once. */
  readonly concurrency?: number
}

/**
 * Runs reactors: the effects of one reactor on one aggregate in order, everything else at once. What cannot be done for now holds its lane,
 * and only that: another reactor, which asks another vendor, does not wait for it.
 */
export const createReactorRunner = (options: ReactorRunnerOptions): Runner => {
  const { reactors, log, beginEffect, startAfter, observer, concurrency = 8 } = options
  const lanes = createLanes()
  const limit = pLimit(concurrency)
  const { workOrPark, again } = createTrier('reactor', options)

  const laneOf = ({ handler, subject }: Pick<Lot, 'handler' | 'subject'>): string => `${handler}|${subject}`
  const lotFor = ({ name }: AnyReactor, { subject }: StoredEvent): Lot => ({ handler: name, kind: 'reactor', subject, merchant: addressOf(subject).merchant })

  /** Pauses between tries take no place of those that are under way. */
  const tryOf = (effect: EffectToDo): (() => Promise<void>) => {
    const begun = beginEffect(effect)
    return () =>
      limit(async () => {
        const from = performance.now()
        await begun()
        observer.handled(effect.reactor.name, 'reactor', (performance.now() - from) / 1_000)
      })
  }

  const handle: Runner['handle'] = async (stored, owned) => {
    const concerned = reactors.filter((reactor) => concerns(reactor, stored, startAfter))
    const dealtWith = await Promise.all(
      concerned.map((reactor) => {
        const lot = lotFor(reactor, stored)
        return lanes.add(laneOf(lot), () => workOrPark(owned, reactor, lot, stored, tryOf({ reactor, stored, attempt: 1, owned })))
      }),
    )
    return dealtWith.every(Boolean)
  }

  const find = (handler: string): AnyReactor | undefined => reactors.find(({ name, previously = [] }) => [name, ...previously].includes(handler))

  const redrive = createRedrive({
    log, kind: 'reactor', lanes,
    laneOf: ({ handler, subject }) => laneOf({ handler: find(handler)?.name ?? handler, subject }),
    handleAgain: async (lot, stored, attempt, owned) => {
      const reactor = find(lot.handler)
      if (reactor === undefined) return new Error(`no reactor is called "${lot.handler}" any more`)
      return again(owned, { handler: reactor, lot, stored, number: attempt, work: tryOf({ reactor, stored, attempt, owned }) })
    },
  })

  const hold: Runner['hold'] = async (subject, { leaving }) => {
    await Promise.all(reactors.map(({ name }) => lanes.add(laneOf({ handler: name, subject }), () => whenAborted(leaving))))
  }

  return { handle, redrive, hold }
}
