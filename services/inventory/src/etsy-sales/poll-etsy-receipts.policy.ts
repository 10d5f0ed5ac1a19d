import type { GatewayEvent, InventoryEvent } from '@zyra/contracts'
import { policy, type Dispatch } from '@zyra/es'
import type { EtsyReceiptsCommand } from './etsy-receipts.decider.ts'

const command = (given: EtsyReceiptsCommand): readonly Dispatch<EtsyReceiptsCommand>[] => [{ aggregate: 'etsy-receipts', id: 'all', command: given }]

/**
 * When Etsy's receipts are read: when Etsy tells of an order (it tells commercial apps only), and with every reconcile, before and after
 * it reads both channels, so that what sold meanwhile is not taken for drift for long.
 */
export const pollEtsyReceipts = policy<GatewayEvent | InventoryEvent, EtsyReceiptsCommand>({
  name: 'poll-etsy-receipts',
  on: {
    'gateway.EtsyWebhookReceived': ({ data: { topic }, meta }) => (topic.startsWith('order.') ? command({ type: 'Poll', at: meta.time }) : []),
    'inventory.ReconcileStarted': ({ data: { at } }) => command({ type: 'Poll', at }),
    'inventory.ReconcileFinished': ({ meta }) => command({ type: 'Poll', at: meta.time }),
    'inventory.EtsyReceiptsRead': ({ data: { until }, meta }) => command({ type: 'Finish', until, at: meta.time }),
    'inventory.EtsyReceiptsReadFailed': ({ data: { reason }, meta }) => command({ type: 'Fail', reason, at: meta.time }),
  },
})
