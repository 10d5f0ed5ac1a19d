import { z } from 'zod'
import { event, type EventsOf } from './define.ts'

/** The aggregate that an event of the runtime stands under is the service's own choice (`*`): the runtime writes for every service. */
export const runtimeEvents = {
  /** A handler acts on events after this position only: it was added when the log had reached it. */
  HandlerRegistered: event({
    aggregate: 'handler',
    schema: z.strictObject({ handler: z.string(), kind: z.enum(['policy', 'reactor']), afterSequence: z.number().int().nonnegative() }),
  }),
  /** A side effect is about to be tried for the n-th time: without an outcome after it, nobody knows whether it happened. */
  EffectAttempted: event({
    aggregate: '*',
    schema: z.strictObject({ handler: z.string(), attempt: z.number().int().positive(), key: z.string(), forSequence: z.number().int().positive() }),
  }),
  /** A handler gave up on an event, or has to wait because it gave up on an earlier one of the same aggregate (`tries` 0). */
  HandlerParked: event({
    aggregate: 'parked',
    schema: z.strictObject({
      handler: z.string(),
      kind: z.enum(['policy', 'reactor']),
      /** The subject of the aggregate that waits. */
      subject: z.string(),
      /** The event that waits, by its sequence. */
      sequence: z.number().int().positive(),
      tries: z.number().int().nonnegative(),
      error: z.string(),
    }),
  }),
  /** All that waits is being handled again, as this attempt. What fails once more is parked once more. */
  HandlerRedriven: event({
    aggregate: 'parked',
    schema: z.strictObject({ handler: z.string(), kind: z.enum(['policy', 'reactor']), subject: z.string(), attempt: z.number().int().positive() }),
  }),
  /** What waited up to this event is handled. */
  HandlerUnparked: event({
    aggregate: 'parked',
    schema: z.strictObject({ handler: z.string(), kind: z.enum(['policy', 'reactor']), subject: z.string(), upToSequence: z.number().int().positive() }),
  }),
  /** What waited up to this event is left undone, because a person said so. */
  HandlerDiscarded: event({
    aggregate: 'parked',
    schema: z.strictObject({
      handler: z.string(),
      kind: z.enum(['policy', 'reactor']),
      subject: z.string(),
      upToSequence: z.number().int().positive(),
      by: z.string(),
      reason: z.string(),
    }),
  }),
  /** A timer was handed to the scheduler. */
  TimerSet: event({ aggregate: '*', schema: z.strictObject({ timer: z.string(), at: z.iso.datetime() }) }),
  /** A timer's time came. */
  TimerFired: event({ aggregate: 'timer', schema: z.strictObject({ timer: z.string(), due: z.iso.datetime() }) }),
} as const

/** What the runtime itself records, in the name of each service. */
export type RuntimeEvent = EventsOf<'runtime', typeof runtimeEvents>
