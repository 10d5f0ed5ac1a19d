import { INSTALLATION, type OrchestratorEvent, type RuntimeEvent } from '@zyra/contracts'
import { reactor, type Port } from '@zyra/es'

type TimerPort = Port<{ readonly timer: string; readonly at: string; readonly whose: 'everyone' }, unknown>
type Outcome = Extract<RuntimeEvent, { type: 'runtime.TimerSet' }>

/**
 * Once calls of the whole installation go out again, each merchant's channels are read: the installation has none, and a policy reaches its
 * event's own merchant only, so a timer of each merchant fires at once.
 */
export const setResumeTimers = reactor<OrchestratorEvent, TimerPort, Outcome>({
  name: 'set-resume-timers',
  port: 'timers',
  effect: 'resume-timers',
  newestOnly: true,
  on: {
    'orchestrator.CallsResumed': ({ meta: { merchant, time } }) =>
      merchant === INSTALLATION ? { permit: { class: 'internal' }, input: { timer: 'resumed', at: time, whose: 'everyone' } } : undefined,
  },
  outcome: ({ timer, at }) => [{ type: 'runtime.TimerSet', data: { timer, at } }],
})
