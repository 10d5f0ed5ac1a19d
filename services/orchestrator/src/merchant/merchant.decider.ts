import type { OrchestratorEvent } from '@zyra/contracts'
import { decider } from '@zyra/es'

type MerchantEvent = Extract<OrchestratorEvent, { type: `orchestrator.Merchant${string}` }>
type Registration = Extract<MerchantEvent, { type: 'orchestrator.MerchantRegistered' }>['data']

export type MerchantCommand = ({ readonly type: 'Register' } & Registration) | { readonly type: 'Uninstall'; readonly shopDomain: string }

/** A merchant's shops; its mode never changes once it is known. */
export interface MerchantState {
  readonly registration: Registration | null
  readonly installed: boolean
}

const isSame = (a: Registration, b: Registration): boolean =>
  a.mode === b.mode && a.shopDomain === b.shopDomain && a.etsyShopId === b.etsyShopId

/** Live or sandbox as a whole and for ever, so that simulated customers never reach a real listing. */
export const merchant = decider<MerchantCommand, MerchantEvent, MerchantState>({
  aggregate: 'merchant',
  version: 1,
  initialState: { registration: null, installed: false },
  evolve: (state, event) => {
    switch (event.type) {
      case 'orchestrator.MerchantRegistered':
        return { registration: event.data, installed: true }
      case 'orchestrator.MerchantUninstalled':
        return { ...state, installed: false }
    }
  },
  decide: (command, { registration, installed }) => {
    switch (command.type) {
      case 'Register': {
        const { type: _, ...asked } = command
        const changesMode = registration !== null && registration.mode !== asked.mode
        const isKnown = registration !== null && installed && isSame(registration, asked)
        return changesMode || isKnown ? [] : [{ type: 'orchestrator.MerchantRegistered', data: asked }]
      }
      case 'Uninstall':
        return installed ? [{ type: 'orchestrator.MerchantUninstalled', data: { shopDomain: command.shopDomain } }] : []
    }
  },
})
