import { service } from '@zyra/runtime'
import { exportOf } from './adapters/export.ts'
import { keysOf } from './adapters/keys.ts'
import { dataRequest } from './data-request/data-request.decider.ts'
import { exportData } from './data-request/export-data.reactor.ts'
import { takeDataRequest } from './data-request/take-data-request.policy.ts'
import { eraseKeys } from './erasure/erase-keys.reactor.ts'
import { erasure } from './erasure/erasure.decider.ts'
import { orderErasure } from './erasure/order-erasure.policy.ts'
import { merchant } from './merchant/merchant.decider.ts'
import { registerMerchant } from './merchant/register-merchant.policy.ts'
import { stopSwitch } from './stop-switch/stop-switch.decider.ts'
import { turnStopSwitch } from './stop-switch/turn-stop-switch.policy.ts'

/** What may happen, and who said so. */
export const orchestrator = service({
  name: 'orchestrator',
  deciders: [merchant, stopSwitch, erasure, dataRequest],
  policies: [registerMerchant, turnStopSwitch, orderErasure, takeDataRequest],
  reactors: [eraseKeys, exportData],
  ports: (context) => ({ keys: keysOf(context), export: exportOf(context) }),
})
