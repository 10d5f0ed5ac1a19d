import type { GatewayEvent, InventoryEvent } from '@zyra/contracts'
import { policy, type Dispatch } from '@zyra/es'
import type { EtsyReceiptsCommand } from './etsy-receipts.decider.ts'

const command = (given: EtsyReceiptsCommand): readonly Dispatch<EtsyReceiptsCommand>[] => [{ aggregate: 'etsy-receipts', id: 'all', command: given }]

/**
 * When Etsy's receipts are read: when Etsy tells of an order (it tells commercial apps only), and with every reconcile, when
 * it begins, which is when it reads both channels, and after it, so that what sold meanwhile is known too.
 */
export const pollEtsyReceipts = policy<GatewayEvent | InventoryEvent, EtsyReceiptsCommand>({
  name: 'poll-etsy-receipts',
  on: {
    'gateway.EtsyWebhookReceived': ({ data: { topic }, meta }) =>
      (topic.startsWith('order.') ? command({ type: 'Poll', at: meta.time, reconciles: false }) : []),
    'inventory.ReconcileStarted': ({ data: { at } }) => command({ type: 'Poll', at, reconciles: true }),
    'inventory.ReconcileFinished': ({ meta }) => command({ type: 'Poll', at: meta.time, reconciles: false }),
    'inventory.EtsyReceiptsRead': ({ data: { until, last }, meta }) => (last ? command({ type: 'Finish', until, at: meta.time }) : []),
    'inventory.EtsyReceiptsReadFailed': ({ data: { reason }, meta }) => command({ type: 'Fail', reason, at: meta.time }),
  },
})
