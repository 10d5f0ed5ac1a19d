import { INSTALLATION, type GatewayEvent, type InventoryEvent, type OrchestratorEvent, type RuntimeEvent } from '@zyra/contracts'
import { policy, type Dispatch, type EventMeta } from '@zyra/es'
import type { ReconcileCommand } from './reconcile.decider.ts'

const start = (because: string, { time }: EventMeta): readonly Dispatch<ReconcileCommand>[] => [
  { aggregate: 'reconcile', id: 'all', command: { type: 'Start', because, at: time } },
]

/** The timetable's, and the one that is set for everybody when the whole installation resumes. */
const BECAUSE_OF_TIMER: ReadonlyMap<string, string> = new Map([['reconcile', 'on schedule'], ['resumed', 'calls resumed']])

/**
 * When both channels are read: on the timetable, on demand, for a new merchant, after a stop or a restore, and when Etsy had to zero other SKUs; never
 * for a shop that removed the app.
 */
export const startReconcile = policy<GatewayEvent | OrchestratorEvent | RuntimeEvent | InventoryEvent, ReconcileCommand>({
  name: 'start-reconcile',
  on: {
    'runtime.TimerFired': ({ data: { timer }, meta }) => {
      const because = BECAUSE_OF_TIMER.get(timer)
      return because === undefined ? [] : start(because, meta)
    },
    'gateway.ReconcileRequested': ({ meta }) => start('requested', meta),
    'orchestrator.MerchantRegistered': ({ meta }) => [
      { aggregate: 'reconcile', id: 'all', command: { type: 'Open', because: 'new merchant', at: meta.time } },
    ],
    'orchestrator.MerchantUninstalled': () => [{ aggregate: 'reconcile', id: 'all', command: { type: 'End' } }],
    'orchestrator.LogRestored': ({ meta }) => [
      { aggregate: 'reconcile', id: 'all', command: { type: 'Restart', because: 'the log was restored', at: meta.time } },
    ],
    // The installation has no channels: a timer of each merchant fires instead.
    'orchestrator.CallsResumed': ({ meta }) => (meta.merchant === INSTALLATION ? [] : start('calls resumed', meta)),
    'inventory.EtsyQuantitySet': ({ data: { alsoZeroed }, meta }) => (alsoZeroed.length > 0 ? start('other SKUs of a listing were zeroed', meta) : []),
  },
})
