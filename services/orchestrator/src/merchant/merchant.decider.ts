import type { OrchestratorEvent } from '@zyra/contracts'
import { decider } from '@zyra/es'

type MerchantEvent = Extract<OrchestratorEvent, { type: `orchestrator.Merchant${string}` }>
type Registered = Extract<MerchantEvent, { type: 'orchestrator.MerchantRegistered' }>['data']
type Shops = Omit<Registered, 'at'>

/** `at` is when somebody asked, `triggeredAt` when Shopify noticed that the app was removed: ISO 8601, absent where that is not known. */
export type MerchantCommand =
  | ({ readonly type: 'Register'; readonly at?: string } & Shops)
  | { readonly type: 'Uninstall'; readonly shopDomain: string; readonly triggeredAt?: string }

/** A merchant's shops, since when they have the app; the mode never changes once it is known. */
export interface MerchantState {
  readonly registration: Shops | null
  readonly registeredAt: string | null
  readonly installed: boolean
}

const isSame = (a: Shops, b: Shops): boolean => a.mode === b.mode && a.shopDomain === b.shopDomain && a.etsyShopId === b.etsyShopId

/** True where the one is known to lie before the other. */
const isBefore = (a: string | null | undefined, b: string | null | undefined): boolean => a != null && b != null && Date.parse(a) < Date.parse(b)

const register = ({ registration, registeredAt, installed }: MerchantState, { at, ...shops }: Shops & { readonly at?: string }): readonly MerchantEvent[] => {
  if (registration !== null && registration.mode !== shops.mode) return []
  // A shop that removed the app and came back may be registered before its webhook about the removal arrives: since when it has the app must be known.
  const isNews = at !== undefined && (registeredAt === null || isBefore(registeredAt, at))
  const isKnown = registration !== null && installed && isSame(registration, shops)
  return isKnown && !isNews ? [] : [{ type: 'orchestrator.MerchantRegistered', data: { ...shops, at: at ?? null } }]
}

/** Live or sandbox as a whole and for ever, so that simulated customers never reach a real listing. */
export const merchant = decider<MerchantCommand, MerchantEvent, MerchantState>({
  aggregate: 'merchant',
  version: 2,
  initialState: { registration: null, registeredAt: null, installed: false },
  evolve: (state, event) => {
    switch (event.type) {
      case 'orchestrator.MerchantRegistered': {
        const { at, ...registration } = event.data
        return { registration, registeredAt: at, installed: true }
      }
      case 'orchestrator.MerchantUninstalled':
        return { ...state, installed: false }
    }
  },
  decide: (command, state) => {
    switch (command.type) {
      case 'Register': {
        const { type: _, ...asked } = command
        return register(state, asked)
      }
      case 'Uninstall': {
        const isLate = isBefore(command.triggeredAt, state.registeredAt)
        return state.installed && !isLate ? [{ type: 'orchestrator.MerchantUninstalled', data: { shopDomain: command.shopDomain } }] : []
      }
    }
  },
})
