import type { OrchestratorEvent } from '@zyra/contracts'
import { reactor } from '@zyra/es'
import type { ExportPort } from './export.port.ts'

type Outcome = Extract<OrchestratorEvent, { type: 'orchestrator.DataExported' | 'orchestrator.DataExportFailed' }>

/** What is known of the customer goes to a file, for the merchant to hand over before the request is due. */
export const exportData = reactor<OrchestratorEvent, ExportPort, Outcome>({
  name: 'export-data',
  port: 'export',
  effect: 'data-request-effect',
  on: {
    'orchestrator.DataRequested': ({ data: { customerId, orderIds, requestId } }) => ({
      permit: { class: 'internal' },
      input: { customerId, orderIds, name: requestId },
    }),
  },
  outcome: (_input, result) =>
    result.ok
      ? [{ type: 'orchestrator.DataExported', data: result.value }]
      : [{ type: 'orchestrator.DataExportFailed', data: { reason: result.error } }],
})
