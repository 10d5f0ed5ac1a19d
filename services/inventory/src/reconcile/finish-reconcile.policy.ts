import type { InventoryEvent } from '@zyra/contracts'
import { policy } from '@zyra/es'
import type { ReconcileCommand } from './reconcile.decider.ts'

/** The last page of a read ends the run; so does a read that failed. */
export const finishReconcile = policy<InventoryEvent, ReconcileCommand>({
  name: 'finish-reconcile',
  on: {
    'inventory.ChannelsRead': ({ data: { last, itemsBefore, items, unchanged }, meta }) =>
      last ? [{ aggregate: 'reconcile', id: 'all', command: { type: 'Finish', items: itemsBefore + items.length + unchanged, at: meta.time } }] : [],
    'inventory.ChannelsReadFailed': ({ data: { reason, stopped }, meta }) => [
      { aggregate: 'reconcile', id: 'all', command: { type: 'Fail', reason, stopped, at: meta.time } },
    ],
  },
})
