import { z } from 'zod'
import { event, type EventsOf } from './define.ts'
import { time } from './fields.ts'

const handler = z.string().describe('The declared name of the policy or reactor.')
const kind = z.enum(['policy', 'reactor']).describe('What the handler is.')
const sequence = (says: string) => z.number().int().positive().meta({ 'x-unit': 'sequence' }).describe(says)
const subject = z.string().describe('The subject of the aggregate that waits.')
const attempt = z.number().int().positive()
const timer = z.string().describe('The name of the timer; setting one of the same name again replaces it.')

/** The aggregate that an event of the runtime stands under is the service's own choice (`*`): the runtime writes for every service. */
export const runtimeEvents = {
  HandlerRegistered: event({
    aggregate: 'handler',
    schema: z.strictObject({
      handler,
      kind,
      afterSequence: z.number().int().nonnegative().meta({ 'x-unit': 'sequence' })
        .describe('It acts on later events than this one; 0 where it acts on all.'),
    }).describe('A handler acts on events after this position only: it was added when the log had reached it.'),
  }),
  EffectAttempted: event({
    aggregate: '*',
    schema: z.strictObject({
      handler,
      attempt: attempt.describe('Which try it is, from 1.'),
      key: z.string().describe("The same for each try of one effect: fit for a vendor's idempotency key."),
      forSequence: sequence('The event that asks for the effect.'),
    }).describe('A side effect is about to be tried for the n-th time: without an outcome after it, nobody knows whether it happened.'),
  }),
  HandlerParked: event({
    aggregate: 'parked',
    schema: z.strictObject({
      handler,
      kind,
      subject,
      sequence: sequence('The event that waits.'),
      tries: z.number().int().nonnegative().describe('How often it was tried; 0 for one that only waits behind another.'),
      error: z.string().describe('What went wrong the last time. Never personal.'),
    }).describe('A handler gave up on an event, or has to wait because it gave up on an earlier one of the same aggregate.'),
  }),
  HandlerRedriven: event({
    aggregate: 'parked',
    schema: z.strictObject({ handler, kind, subject, attempt: attempt.describe('Which round it is: 2 for the first redrive.') })
      .describe('All that waits is being handled again, as this attempt. What fails once more is parked once more.'),
  }),
  HandlerUnparked: event({
    aggregate: 'parked',
    schema: z.strictObject({ handler, kind, subject, upToSequence: sequence('The last event that is handled.') })
      .describe('What waited up to this event is handled.'),
  }),
  TimerSet: event({
    aggregate: '*',
    schema: z.strictObject({ timer, at: time.describe('When it is to fire, ISO 8601.') }).describe('A timer was handed to the scheduler.'),
  }),
  TimerFired: event({
    aggregate: 'timer',
    schema: z.strictObject({ timer, due: time.describe('When it was to fire, ISO 8601. It fires late where nothing ran then.') })
      .describe("A timer's time came."),
  }),
  HandlerDiscarded: event({
    aggregate: 'parked',
    schema: z.strictObject({
      handler, kind, subject,
      upToSequence: sequence('The last event that is left undone.'),
      by: z.string().describe('Who said so, as the gateway knows them.'),
      reason: z.string().describe('Why, in their words. Never personal.'),
    }).describe('What waited up to this event is left undone, because a person said so.'),
  }),
} as const

/** What the runtime itself records, in the name of each service. */
export type RuntimeEvent = EventsOf<'runtime', typeof runtimeEvents>
