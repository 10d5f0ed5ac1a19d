import { addressOf, aggregateFilter, type EventLog, type StoredEvent } from '@zyra/jetstream'
import { messageOf } from './errors.ts'
import { readPlain } from './plain.ts'
import { pauseFor, type Pause } from './retry.ts'

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
  /** Whatever the case of the letters; a merchant that has the app before one that had it. */
  readonly byShopDomain: (domain: string) => Merchant | undefined
  readonly byEtsyShop: (shopId: string) => Merchant | undefined
  readonly all: () => readonly Merchant[]
}

/** How the list is kept up to date. */
export interface FollowMerchantsOptions {
  readonly signal: AbortSignal
  readonly onProblem: (problem: string) => void
  readonly pause?: Pause
}

const RETRY_MS = 1_000

const evolve = (known: Merchant | undefined, stored: StoredEvent): Merchant | undefined => {
  const event = readPlain(stored, 'orchestrator.MerchantRegistered', 'orchestrator.MerchantUninstalled')
  const name = addressOf(stored.subject).merchant
  // Live or sandbox for ever, whatever comes later: simulated customers must never reach a real listing.
  if (event?.type === 'orchestrator.MerchantRegistered') {
    const { mode, shopDomain, etsyShopId } = event.data
    return { name, mode: known?.mode ?? mode, shopDomain, etsyShopId, installed: true }
  }
  return event === undefined || known === undefined ? known : { ...known, installed: false }
}

/** Reads the merchants and follows what becomes of them until the signal aborts. Resolves once all that the log holds now is read. */
export const followMerchants = async (log: EventLog, { signal, onProblem, pause = pauseFor }: FollowMerchantsOptions): Promise<Merchants> => {
  const known = new Map<string, Merchant>()
  const filter = aggregateFilter('orchestrator', 'merchant')
  const apply = (stored: StoredEvent): void => {
    const merchant = evolve(known.get(addressOf(stored.subject).merchant), stored)
    if (merchant !== undefined) known.set(merchant.name, merchant)
  }

  let readUpTo = await log.lastSequence()
  for (const { subject } of await log.lastOf([filter])) {
    for (const stored of await log.load(subject)) if (stored.sequence <= readUpTo) apply(stored)
  }

  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        for await (const { events, upTo } of log.follow({ filters: [filter], fromSequence: readUpTo + 1, signal })) {
          events.forEach(apply)
          readUpTo = upTo
        }
      } catch (error) {
        onProblem(`the list of merchants is not followed: ${messageOf(error)}`)
        await pause(RETRY_MS, signal)
      }
    }
  }
  void follow()

  const find = (matches: (merchant: Merchant) => boolean): Merchant | undefined => {
    const found = [...known.values()].filter(matches)
    return found.find(({ installed }) => installed) ?? found[0]
  }
  return {
    byName: (name) => known.get(name),
    byShopDomain: (domain) => find(({ shopDomain }) => shopDomain.toLowerCase() === domain.toLowerCase()),
    byEtsyShop: (shopId) => find(({ etsyShopId }) => etsyShopId === shopId),
    all: () => [...known.values()],
  }
}
