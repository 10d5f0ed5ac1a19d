import type { OrchestratorEvent } from '@zyra/contracts'
import { decider } from '@zyra/es'

type ErasureEvent = Extract<OrchestratorEvent, { type: 'orchestrator.ErasureOrdered' }>

export type ErasureCommand =
  | { readonly type: 'ErasePerson'; readonly customerId: string; readonly orderIds: readonly string[]; readonly requestId: string }
  | { readonly type: 'EraseMerchant'; readonly requestId: string }

/** The requests that were ordered already. */
export interface ErasureState {
  readonly requests: readonly string[]
}

/** Each request of Shopify's to erase is ordered once; a customer who comes back and asks again is erased again. */
export const erasure = decider<ErasureCommand, ErasureEvent, ErasureState>({
  aggregate: 'erasure',
  version: 1,
  initialState: { requests: [] },
  evolve: ({ requests }, { data }) => ({ requests: [...requests, data.requestId] }),
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
