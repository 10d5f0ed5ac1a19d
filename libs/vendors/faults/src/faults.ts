import type { ZodType } from 'zod'
import { z } from 'zod'
import type { Fault, FaultKind, FaultOf, FaultPlan, FaultPlanInput, FaultTarget, StrikingKind } from './plan.ts'
import { faultPlanSchema, faultSchema, isAimedAt } from './plan.ts'
import type { Random } from './random.ts'
import { seededRandom } from './random.ts'
import type { Clock } from './time.ts'

/** A fault that strikes, with the random source that is its own. */
export type Strike<K extends StrikingKind> = { readonly fault: FaultOf<K>; readonly random: Random }

/** How often a fault looked at a matching request, and how often it struck. */
export type FaultCount = { readonly fault: Fault; readonly considered: number; readonly struck: number }

/** The switches of one fake. */
export type Faults = {
  readonly plan: () => FaultPlan
  /** Replaces the plan and starts all its random streams anew. Throws an Error that names the wrong field. */
  readonly set: (plan: unknown) => FaultPlan
  /** Adds one fault and leaves the others as they are. Throws an Error that names the wrong field. */
  readonly add: (fault: unknown) => FaultPlan
  /** Takes all faults away; the seed stays. */
  readonly clear: () => FaultPlan
  /** Whether a fault of this kind strikes this target now. Asking counts: it moves the fault's random stream and its `nextRequests`. */
  readonly strike: <K extends StrikingKind>(kind: K, target: FaultTarget) => Strike<K> | undefined
  readonly counts: () => readonly FaultCount[]
  /** The fake's idea of the time: the clock handed in, off by the plan's skew. */
  readonly clock: Clock
}

type Entry = { readonly fault: Fault; readonly random: Random; considered: number; struck: number }

/**
 * The faults of one fake, switchable while it runs. Every fault draws from a random stream of its own (seed and place in the plan),
 * so that adding a fault does not change where the others strike.
 *
 * @throws Error when the plan is not valid
 */
export const createFaults = (options: { readonly plan?: FaultPlanInput; readonly clock: Clock }): Faults => {
  let { seed, entries } = enter(parse(faultPlanSchema, options.plan ?? {}))
  const plan = (): FaultPlan => ({ seed, faults: entries.map((entry) => entry.fault) })

  return {
    plan,
    set: (input) => {
      ({ seed, entries } = enter(parse(faultPlanSchema, input)))
      return plan()
    },
    add: (input) => {
      entries = [...entries, entry(seed, parse(faultSchema, input), entries.length)]
      return plan()
    },
    clear: () => {
      entries = []
      return plan()
    },
    strike: (kind, target) => strikeOne(entries, kind, target),
    counts: () => entries.map(({ fault, considered, struck }) => ({ fault, considered, struck })),
    clock: () => new Date(options.clock().getTime() + skew(entries)),
  }
}

const enter = (plan: FaultPlan) => ({ seed: plan.seed, entries: plan.faults.map((fault, place) => entry(plan.seed, fault, place)) })

const entry = (seed: string, fault: Fault, place: number): Entry =>
  ({ fault, random: seededRandom(`${seed}/${place}/${fault.kind}`), considered: 0, struck: 0 })

const strikeOne = <K extends StrikingKind>(entries: readonly Entry[], kind: K, target: FaultTarget): Strike<K> | undefined => {
  for (const entry of entries) {
    const { fault, random } = entry
    if (isKind(fault, kind) && strikes(entry, target)) return { fault, random }
  }
  return undefined
}

const strikes = (entry: Entry, target: FaultTarget): boolean => {
  const { fault } = entry
  if (fault.kind === 'clock-skew' || !isAimedAt(fault, target)) return false
  if (fault.nextRequests !== undefined && entry.considered >= fault.nextRequests) return false
  entry.considered += 1
  if (entry.random() >= fault.probability) return false
  entry.struck += 1
  return true
}

const isKind = <K extends FaultKind>(fault: Fault, kind: K): fault is FaultOf<K> => fault.kind === kind

const skew = (entries: readonly Entry[]): number =>
  entries.reduce((sum, { fault }) => (fault.kind === 'clock-skew' ? sum + fault.ms : sum), 0)

const parse = <T>(schema: ZodType<T>, input: unknown): T => {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw new Error(`The fault plan is not valid: ${z.prettifyError(result.error)}. See faultPlanSchema for what is allowed.`)
}
