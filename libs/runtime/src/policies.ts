import type { AnyPolicy, Dispatch, Recorded } from '@zyra/es'
import { addressOf, subjectOf, type StoredEvent } from '@zyra/jetstream'
import type { Decisions } from './decisions.ts'
import { messageOf } from './errors.ts'
import { createLanes } from './lanes.ts'
import type { Ownership } from './ownership.ts'
import type { Lot } from './parking.ts'
import { createRedrive } from './redrive.ts'
import { whenAborted } from './retry.ts'
import { concerns, createTrier, type Runner, type RunnerOptions } from './runner.ts'
import type { Span } from './tracing.ts'

/** What running a service's policies needs. */
export interface PolicyRunnerOptions extends RunnerOptions {
  readonly policies: readonly AnyPolicy[]
  readonly decisions: Decisions
}

/** One command that a policy made of an event: its `ordinal` among them, and the number of the attempt. */
interface Deciding {
  readonly policy: AnyPolicy
  readonly event: Recorded
  readonly dispatch: Dispatch
  readonly ordinal: number
  readonly number: number
  readonly span: Span
}

/**
 * Runs policies: each event is evaluated in the order of its subject, and the commands that come of it run in order per aggregate
 * they are for, concurrently over aggregates. An event is dealt with when all its commands are decided on or parked.
 */
export const createPolicyRunner = (options: PolicyRunnerOptions): Runner => {
  const { service, policies, codec, decisions, startAfter, observer, log } = options
  const [evaluating, deciding] = [createLanes(), createLanes()]
  const { attempt, park, workOrPark, again } = createTrier('policy', options)

  const merchantOf = ({ subject }: StoredEvent): string => addressOf(subject).merchant
  const targetOf = (stored: StoredEvent, { aggregate, id }: Dispatch): string => subjectOf({ merchant: merchantOf(stored), service, aggregate, id })
  const lotFor = ({ name }: AnyPolicy, stored: StoredEvent, subject: string): Lot => ({ handler: name, kind: 'policy', subject, merchant: merchantOf(stored) })
  /** What cannot be evaluated is for no target yet: it waits alone. */
  const lotOfItsOwn = (policy: AnyPolicy, stored: StoredEvent): Lot => lotFor(policy, stored, `${stored.subject}.${stored.sequence}`)

  const decideOn = async ({ policy, event, dispatch, ordinal, number, span }: Deciding, owned: Ownership): Promise<void> => {
    const from = performance.now()
    // The ordinal keeps the ids of several commands of one policy apart, whatever each of them comes to.
    const named = (name: string): string => (ordinal === 0 ? name : `${name}/${ordinal}`)
    const formerly = (policy.previously ?? []).map(named)
    const { sequence } = event.meta
    const isRepeated = number > 1 || owned.mayBeInWorkElsewhere(sequence)
    const cause = {
      meta: event.meta, handler: named(policy.name), formerly, actor: `policy:${policy.name}`, attempt: number,
      ...(isRepeated ? { mayStandAfter: sequence } : {}),
    }
    const decision = await decisions.decide(dispatch, cause, owned.lost)
    span.set({ 'zyra.decision': decision.status })
    observer.decided(dispatch.aggregate, decision.status)
    observer.handled(policy.name, 'policy', (performance.now() - from) / 1_000)
  }

  const evaluate = (policy: AnyPolicy, event: Recorded): readonly Dispatch[] => policy.on[event.type]?.(event as never) ?? []

  /** Queues the commands and answers with what becomes of them. */
  const dispatchAll = (policy: AnyPolicy, stored: StoredEvent, event: Recorded, owned: Ownership): Promise<boolean>[] => {
    let dispatches: readonly Dispatch[]
    try {
      dispatches = evaluate(policy, event)
    } catch (error) {
      return [park(owned, lotOfItsOwn(policy, stored), stored, messageOf(error), 1)]
    }
    return dispatches.map((dispatch, ordinal) => {
      const target = targetOf(stored, dispatch)
      return deciding.add(target, () =>
        workOrPark(owned, policy, lotFor(policy, stored, target), stored, (span) => decideOn({ policy, event, dispatch, ordinal, number: 1, span }, owned)),
      )
    })
  }

  const evaluateAll = async (stored: StoredEvent, owned: Ownership): Promise<{ readonly commands: readonly Promise<boolean>[] }> => {
    if (owned.leaving.aborted) return { commands: [Promise.resolve(false)] }
    const concerned = policies.filter((policy) => concerns(policy, stored, startAfter) && !owned.parking.knows(lotOfItsOwn(policy, stored), stored.sequence))
    if (concerned.length === 0) return { commands: [] }
    let event: Recorded | undefined
    const opened = await attempt(owned, `${service}-policy`, stored.subject, async () => {
      event = await codec.open(stored)
    })
    if (opened.status === 'gave up') {
      const { error, tries } = opened
      return { commands: concerned.map((policy) => park(owned, lotOfItsOwn(policy, stored), stored, error.message, tries)) }
    }
    if (event === undefined) return { commands: [Promise.resolve(false)] }
    const readable = event
    return { commands: concerned.flatMap((policy) => dispatchAll(policy, stored, readable, owned)) }
  }

  const handle: Runner['handle'] = async (stored, owned) => {
    const { commands } = await evaluating.add(stored.subject, () => evaluateAll(stored, owned))
    return (await Promise.all(commands)).every(Boolean)
  }

  const redrive = createRedrive({
    log, kind: 'policy', lanes: deciding, laneOf: ({ subject }) => subject,
    handleAgain: async (lot, stored, number, owned) => {
      const policy = policies.find(({ name, previously = [] }) => [name, ...previously].includes(lot.handler))
      if (policy === undefined) return new Error(`no policy is called "${lot.handler}" any more`)
      const work = async (span: Span): Promise<void> => {
        const event = await codec.open(stored)
        const isAlone = lot.subject === lotOfItsOwn(policy, stored).subject
        for (const [ordinal, dispatch] of evaluate(policy, event).entries()) {
          if (isAlone || targetOf(stored, dispatch) === lot.subject) await decideOn({ policy, event, dispatch, ordinal, number, span }, owned)
        }
      }
      return again(owned, { handler: policy, lot, stored, number, work })
    },
  })

  return { handle, redrive, hold: (subject, { leaving }) => evaluating.add(subject, () => whenAborted(leaving)) }
}
