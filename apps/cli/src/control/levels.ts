import { INSTALLATION } from '@zyra/contracts'
import { addressOf, aggregateFilter } from '@zyra/jetstream'
import type { Reading } from '../base/reading.ts'
import { known, openEntry } from '../log/entry.ts'

/** What somebody stopped. */
export type Level = 'autopilot' | 'everything' | 'nothing'

/** What is stopped, by merchant; {@link INSTALLATION} stands for all of them, those registered later included. */
export type Levels = ReadonlyMap<string, Level>

/** The stop switches as the log says now. */
export const levelsOf = async ({ log, hidden }: Pick<Reading, 'log' | 'hidden'>): Promise<Levels> => {
  const levels = new Map<string, Level>()
  for (const stored of await log.lastOf([aggregateFilter('orchestrator', 'stop-switch')])) {
    const event = known(await openEntry(hidden, stored))
    levels.set(addressOf(stored.subject).merchant, event?.type === 'orchestrator.CallsStopped' ? event.data.level : 'nothing')
  }
  return levels
}

/** The level of one switch: a merchant's own, or the installation's. */
export const levelOf = (levels: Levels, merchant: string = INSTALLATION): Level => levels.get(merchant) ?? 'nothing'

/** Merchants that are stopped on their own, whatever the installation's switch says. */
export const stoppedOnTheirOwn = (levels: Levels): readonly string[] =>
  [...levels].flatMap(([name, level]) => (name === INSTALLATION || level === 'nothing' ? [] : [name])).toSorted()
