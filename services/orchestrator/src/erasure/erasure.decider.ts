import type { OrchestratorEvent } from '@zyra/contracts'
import { decider } from '@zyra/es'

type ErasureEvent = Extract<OrchestratorEvent, { type: 'orchestrator.ErasureOrdered' }>

/** Shopify sends a request again for four hours, and erasing once more than asked does no harm: so many requests are enough to know. */
const REMEMBERED = 100

export type ErasureCommand =
  | { readonly type: 'ErasePerson'; readonly customerId: string; readonly orderIds: readonly string[]; readonly requestId: string }
  | { readonly type: 'EraseMerchant'; readonly requestId: string }

/** The newest requests that were ordered already, at most {@link REMEMBERED}. */
export interface ErasureState {
  readonly requests: readonly string[]
}

/** Each request of Shopify's to erase is ordered once; a customer who comes back and asks again is erased again. */
export const erasure = decider<ErasureCommand, ErasureEvent, ErasureState>({
  aggregate: 'erasure',
  version: 2,
  initialState: { requests: [] },
  evolve: ({ requests }, { data }) => ({ requests: [...requests, data.requestId].slice(-REMEMBERED) }),
  decide: (command, { requests }) => {
    if (requests.includes(command.requestId)) return []
    const { requestId } = command
    switch (command.type) {
      case 'ErasePerson':
        return [
          {
            type: 'orchestrator.ErasureOrdered',
            data: { scope: 'person', customerId: command.customerId, orderIds: [...command.orderIds], requestId },
          },
        ]
      case 'EraseMerchant':
        return [{ type: 'orchestrator.ErasureOrdered', data: { scope: 'merchant', customerId: null, orderIds: [], requestId } }]
    }
  },
})
