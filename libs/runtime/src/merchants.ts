import { definitionOf, type OrchestratorEvent } from '@zyra/contracts'
import { aggregateFilter, addressOf, type EventLog, type StoredEvent } from '@zyra/jetstream'
import { messageOf } from './errors.ts'

/** What is known of a merchant. */
export interface Merchant {
  readonly name: string
  readonly mode: 'sandbox' | 'live'
  readonly shopDomain: string
  readonly etsyShopId: string
  /** False once the shop removed the app: still known, since its redaction comes later. */
  readonly installed: boolean
}

/** The merchants of the installation, as the log tells them, kept up to date. */
export interface Merchants {
  readonly byName: (name: string) => Merchant | undefined
  readonly byShopDomain: (domain: string) => Merchant | undefined
  readonly byEtsyShop: (shopId: string) => Merchant | undefined
  readonly all: () => readonly Merchant[]
}

const evolve = (known: Merchant | undefined, stored: StoredEvent): Merchant | undefined => {
  const event = { type: stored.envelope.type, data: definitionOf(stored.envelope.type).schema.parse(stored.data) } as OrchestratorEvent
  const name = addressOf(stored.subject).merchant
  if (event.type === 'orchestrator.MerchantRegistered') return { name, ...event.data, installed: true }
  if (event.type === 'orchestrator.MerchantUninstalled') return known === undefined ? undefined : { ...known, installed: false }
  return known
}

/** Reads the merchants and follows what becomes of them until the signal aborts. Resolves once all that the log holds now is read. */
export const followMerchants = async (log: EventLog, signal: AbortSignal, onProblem: (problem: string) => void): Promise<Merchants> => {
  const known = new Map<string, Merchant>()
  const filter = aggregateFilter('orchestrator', 'merchant')
  let next = 1
  const apply = (stored: StoredEvent): void => {
    const merchant = evolve(known.get(addressOf(stored.subject).merchant), stored)
    if (merchant !== undefined) known.set(merchant.name, merchant)
    next = stored.sequence + 1
  }
  for (const stored of await log.load(filter)) apply(stored)

  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        for await (const { events } of log.follow({ filters: [filter], fromSequence: next, signal })) events.forEach(apply)
      } catch (error) {
        onProblem(`the list of merchants is not followed: ${messageOf(error)}`)
        await new Promise((resolve) => setTimeout(resolve, 1_000))
      }
    }
  }
  void follow()

  const find = (matches: (merchant: Merchant) => boolean): Merchant | undefined => [...known.values()].find(matches)
  return {
    byName: (name) => known.get(name),
    byShopDomain: (domain) => find(({ shopDomain }) => shopDomain === domain.toLowerCase()),
    byEtsyShop: (shopId) => find(({ etsyShopId }) => etsyShopId === shopId),
    all: () => [...known.values()],
  }
}
