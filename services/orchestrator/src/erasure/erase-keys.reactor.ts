import type { OrchestratorEvent } from '@zyra/contracts'
import { reactor } from '@zyra/es'
import type { KeysPort } from './keys.port.ts'

type Outcome = Extract<OrchestratorEvent, { type: 'orchestrator.KeysErased' }>

/** What was encrypted for a person, or for a whole shop, becomes unreadable everywhere at once. */
export const eraseKeys = reactor<OrchestratorEvent, KeysPort, Outcome>({
  name: 'erase-keys',
  port: 'keys',
  effect: 'erasure-effect',
  on: {
    'orchestrator.ErasureOrdered': ({ data: { scope, customerId, orderIds } }) => ({
      permit: { class: 'internal' },
      input: { scope, customerId, orderIds },
    }),
  },
  outcome: (_input, result) => (result.ok ? [{ type: 'orchestrator.KeysErased', data: { keyIds: [...result.value.keyIds] } }] : []),
})
