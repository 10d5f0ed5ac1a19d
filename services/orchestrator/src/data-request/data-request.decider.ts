import type { OrchestratorEvent } from '@zyra/contracts'
import { decider } from '@zyra/es'

/** Shopify gives a merchant this long to answer a customer, in ms. */
const ANSWER_WITHIN_MS = 30 * 24 * 3_600_000

/** Shopify sends a request again for four hours, in which one customer does not ask a hundred times. */
const REMEMBERED = 100

type DataRequestEvent = Extract<OrchestratorEvent, { type: 'orchestrator.DataRequested' }>

/** `at` is the time of the request, ISO 8601. */
export interface DataRequestCommand {
  readonly type: 'RequestData'
  readonly customerId: string
  readonly orderIds: readonly string[]
  readonly requestId: string
  readonly at: string
}

/** The newest requests that were taken already, at most {@link REMEMBERED}. */
export interface DataRequestState {
  readonly requests: readonly string[]
}

/** A customer asks what is known of them; each request is answered once. */
export const dataRequest = decider<DataRequestCommand, DataRequestEvent, DataRequestState>({
  aggregate: 'data-request',
  version: 2,
  initialState: { requests: [] },
  evolve: ({ requests }, { data }) => ({ requests: [...requests, data.requestId].slice(-REMEMBERED) }),
  decide: ({ customerId, orderIds, requestId, at }, { requests }) => {
    if (requests.includes(requestId)) return []
    const dueBy = new Date(Date.parse(at) + ANSWER_WITHIN_MS).toISOString()
    return [{ type: 'orchestrator.DataRequested', data: { customerId, orderIds: [...orderIds], requestId, dueBy } }]
  },
})
