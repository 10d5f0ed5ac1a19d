import { INSTALLATION } from '@zyra/contracts'
import { addressOf, aggregateFilter } from '@zyra/jetstream'
import { hasOwnCredentials, missingCredentials } from '@zyra/runtime'
import { sentenceOf } from '../base/failure.ts'
import type { Reading } from '../base/reading.ts'
import { levelOf, levelsOf, type Level } from '../control/levels.ts'
import { known, openEntries, type KnownEvent } from '../log/entry.ts'

/** A merchant as the log tells of them. */
export interface MerchantFacts {
  readonly name: string
  readonly mode: 'live' | 'sandbox'
  readonly shopDomain: string
  readonly etsyShopId: string
  /** False once the shop removed the app. */
  readonly installed: boolean
  /** When they were registered last, and when the shop removed the app last, ISO 8601. */
  readonly registeredAt: string
  readonly removedAt: string | null
}

/** A merchant, with what stops their calls and what is set of their credentials. */
export interface ShownMerchant extends MerchantFacts {
  /** Their own switch, and the installation's; the stricter one holds. */
  readonly stopped: Level
  readonly installationStopped: Level
  /** Undefined for the sandbox, which needs none. */
  readonly credentials: { readonly from: 'own file' | 'settings'; readonly missing: readonly string[]; readonly problem: string | null } | undefined
}

/** Folds the events of one merchant, oldest first; undefined before they are registered. The first mode is for ever. */
export const merchantFrom = (name: string, events: readonly KnownEvent[]): MerchantFacts | undefined =>
  events.reduce<MerchantFacts | undefined>((before, event) => {
    if (event.type === 'orchestrator.MerchantUninstalled') return before && { ...before, installed: false, removedAt: event.meta.time }
    if (event.type !== 'orchestrator.MerchantRegistered') return before
    const { mode, shopDomain, etsyShopId } = event.data
    return {
      name, mode: before?.mode ?? mode, shopDomain, etsyShopId,
      installed: true, registeredAt: event.meta.time, removedAt: before?.removedAt ?? null,
    }
  }, undefined)

const credentialsOf = ({ installation: { config } }: Pick<Reading, 'installation'>, { name, mode }: MerchantFacts): ShownMerchant['credentials'] => {
  if (mode === 'sandbox') return undefined
  const from = hasOwnCredentials(config, name) ? 'own file' : 'settings'
  try {
    return { from, missing: missingCredentials(config, name), problem: null }
  } catch (error) {
    return { from, missing: [], problem: sentenceOf(error) }
  }
}

/** Every merchant, by name. */
export const readMerchants = async (reading: Pick<Reading, 'log' | 'hidden' | 'installation'>): Promise<readonly ShownMerchant[]> => {
  const { log, hidden } = reading
  const levels = await levelsOf(reading)
  const found: ShownMerchant[] = []
  for (const { subject } of await log.lastOf([aggregateFilter('orchestrator', 'merchant')])) {
    const events = (await openEntries(hidden, await log.load(subject))).flatMap((entry) => known(entry) ?? [])
    const merchant = merchantFrom(addressOf(subject).merchant, events)
    if (merchant === undefined) continue
    const credentials = credentialsOf(reading, merchant)
    found.push({ ...merchant, stopped: levelOf(levels, merchant.name), installationStopped: levelOf(levels, INSTALLATION), credentials })
  }
  return found.toSorted((a, b) => a.name.localeCompare(b.name))
}
