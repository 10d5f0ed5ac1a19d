import { aggregateFilter } from '@zyra/jetstream'
import { Failure, wrongUsage } from '../base/failure.ts'
import type { Reading } from '../base/reading.ts'
import { openEntries } from '../log/entry.ts'
import { didYouMean } from '../text/words.ts'
import { isParkedEvent, lotFrom, type Lot } from './lots.ts'

/** Every lot in which something waits, the oldest first. */
export const readLots = async ({ log, hidden }: Pick<Reading, 'log' | 'hidden'>): Promise<readonly Lot[]> => {
  const lots: Lot[] = []
  for (const { subject } of await log.lastOf([aggregateFilter('*', 'parked')])) {
    const entries = await openEntries(hidden, await log.load(subject))
    const lot = lotFrom(entries.map(({ event }) => event).filter(isParkedEvent))
    if (lot !== undefined && lot.waiting.length > 0) lots.push(lot)
  }
  return lots.toSorted((a, b) => a.since.localeCompare(b.since))
}

/** @throws Failure with near matches where nothing is parked under this id */
export const lotNamed = (lots: readonly Lot[], id: string): Lot => {
  const found = lots.filter((lot) => lot.id === id || lot.id.startsWith(id))
  const [lot, ...others] = found.some((each) => each.id === id) ? found.filter((each) => each.id === id) : found
  if (lot !== undefined && others.length === 0) return lot
  if (lot !== undefined) throw new Failure(`${id} begins the ids of ${found.length} lots: ${found.map((each) => each.id).join(', ')}.`)
  throw new Failure(
    `Nothing is parked as "${id}".${
      didYouMean(
        id,
        lots.map((each) => each.id),
      ) || ' "npx zyra parked" lists what is.'
    }`,
  )
}

/**
 * The lots to redrive: the one that is named, or with `all` every one whose id begins so, whichever handler it is of.
 * @throws Failure where nothing is parked under this id, or where neither an id nor all is given
 */
export const lotsToRedrive = (lots: readonly Lot[], id: string | undefined, all: boolean): readonly Lot[] => {
  if (id === undefined && !all) throw wrongUsage('Name the lot to redrive ("npx zyra parked" lists them), or give --all.')
  const found = all ? lots.filter((lot) => lot.id.startsWith(id ?? '')) : []
  return found.length > 0 || id === undefined ? found : [lotNamed(lots, id)]
}
