import { addressOf, aggregateFilter } from '@zyra/jetstream'
import type { Reading } from '../base/reading.ts'
import { levelsOf } from '../control/levels.ts'
import { readRange, sequenceBefore } from '../log/ranges.ts'
import { duration } from '../text/time.ts'
import type { Check } from './checks.ts'

/** A reconcile is due every 15 minutes: two of them are missing then, in ms. */
const LATE_AFTER_MS = 30 * 60_000
const LOOK_BACK_MS = 24 * 3_600_000

/** What the last 24 hours tell of a merchant's reconciles. */
export interface ReconcileFacts {
  readonly merchant: string
  /** When the shop was registered last, ISO 8601. */
  readonly registeredAt: string
  /** True where nothing is read, since everything is stopped. */
  readonly stopped: boolean
  /** When the last one finished, ISO 8601; undefined where none did. */
  readonly finishedAt: string | undefined
}

/** Reads the facts of every merchant that has the app. */
export const reconcileFacts = async (reading: Reading, now: Date, signal: AbortSignal): Promise<readonly ReconcileFacts[]> => {
  const { log } = reading
  const merchants = (await log.lastOf([aggregateFilter('orchestrator', 'merchant')])).filter(
    ({ envelope }) => envelope.type === 'orchestrator.MerchantRegistered',
  )
  const levels = await levelsOf(reading)
  const to = await log.lastSequence()
  const from = await sequenceBefore(log, now.getTime() - LOOK_BACK_MS, to)
  const finished = new Map<string, string>()
  for await (const events of readRange({ log, filter: aggregateFilter('inventory', 'reconcile'), from, to, signal })) {
    for (const { subject, envelope } of events)
      if (envelope.type === 'inventory.ReconcileFinished') finished.set(addressOf(subject).merchant, envelope.time)
  }
  return merchants.map(({ subject, envelope }) => {
    const { merchant } = addressOf(subject)
    const stopped = [levels.get(merchant), levels.get('_')].includes('everything')
    return { merchant, registeredAt: envelope.time, stopped, finishedAt: finished.get(merchant) }
  })
}

/** Whether what webhooks failed to tell is found: both channels were read lately, for everybody for whom they may be. */
export const reconcileCheck = (now: Date, facts: readonly ReconcileFacts[]): Check => {
  const since = (time: string): number => now.getTime() - Date.parse(time)
  const due = facts.filter(({ stopped }) => !stopped)
  const late = due.filter(({ registeredAt, finishedAt }) => since(finishedAt ?? registeredAt) > LATE_AFTER_MS)
  const told = (late.length > 0 ? late : due).map(({ merchant, finishedAt }) => {
    if (finishedAt !== undefined) return `${merchant}: ${duration(Math.max(0, since(finishedAt)))} ago`
    return late.length > 0 ? `${merchant}: none finished in the last 24 hours` : `${merchant}: the first one is under way`
  })
  if (late.length === 0) return { name: 'Reconcile', status: 'ok', detail: told.join(', ') || 'nobody waits for one', advice: '' }
  const advice =
    'What webhooks lose is not found meanwhile. Ask for one with "npx zyra reconcile"; see with "npx zyra events --type ReconcileFailed" why they fail.'
  return { name: 'Reconcile', status: 'fail', detail: told.join(', '), advice }
}
