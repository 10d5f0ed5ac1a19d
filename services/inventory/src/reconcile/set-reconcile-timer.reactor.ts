import type { InventoryEvent, RuntimeEvent } from '@zyra/contracts'
import { reactor, type Port } from '@zyra/es'

type TimerPort = Port<{ readonly timer: string; readonly at: string }, unknown>
type Outcome = Extract<RuntimeEvent, { type: 'runtime.TimerSet' }>

/** The next run's time is handed to the scheduler. */
export const setReconcileTimer = reactor<InventoryEvent, TimerPort, Outcome>({
  name: 'set-reconcile-timer',
  port: 'timers',
  effect: 'reconcile-timer',
  newestOnly: true,
  on: {
    'inventory.ReconcileScheduled': ({ data: { at } }) => ({ permit: { class: 'internal' }, input: { timer: 'reconcile', at } }),
  },
  outcome: (input) => [{ type: 'runtime.TimerSet', data: input }],
})
