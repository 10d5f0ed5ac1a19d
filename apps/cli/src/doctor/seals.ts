import { readPublished, sealsIn, sealStore, unpublished } from '@zyra/runtime'
import { MAX_SEALED } from '@zyra/seals'
import type { Reading } from '../base/reading.ts'
import { duration } from '../text/time.ts'
import { count, thousands } from '../text/words.ts'
import type { Check } from './checks.ts'

/** How the seals stand to the log. */
export interface SealFacts {
  readonly last: number
  /** 0 where nothing is sealed yet. */
  readonly sealedTo: number
  /** How long ago the newest seal was made, in ms. */
  readonly ageMs: number
  /** How often there should be one, in ms. */
  readonly everyMs: number
  /** Undefined where no outside place is named. */
  readonly outside: { readonly waiting: number; readonly failing: { readonly since: string; readonly why: string } | undefined } | undefined
}

const VERIFY = 'Say "npx zyra audit verify"; what to do is in docs/guides/audit.md.'

/** The seals of the log, and whether they reach the place outside. */
export const sealCheck = ({ last, sealedTo, ageMs, everyMs, outside }: SealFacts): Check => {
  const check = (status: Check['status'], detail: string, advice = ''): Check => ({ name: 'Seals', status, detail, advice })
  if (sealedTo > last) return check('fail', `the log ends at #${thousands(last)}, and was sealed up to #${thousands(sealedTo)}`, VERIFY)
  const sealed = sealedTo === 0 ? 'nothing is sealed yet' : `sealed up to #${thousands(sealedTo)}, ${count(last - sealedTo, 'event')} since`
  // The record of a seal is an event too, and waits for the next one.
  const isLate = last - sealedTo > MAX_SEALED || (last - sealedTo > 1 && sealedTo > 0 && ageMs > 2 * everyMs)
  if (isLate) return check('warn', `${sealed}, ${duration(ageMs)} ago`, 'Nothing seals the log any more: see zyra.log in the data folder.')
  if (outside === undefined) return check('ok', `${sealed}; none is published outside`)
  const { waiting, failing } = outside
  if (failing === undefined) return check('ok', `${sealed}; ${waiting === 0 ? 'all are published' : `${count(waiting, 'seal')} to be published`}`)
  const stuck = `${sealed}; ${count(waiting, 'seal')} not published since ${failing.since}: ${failing.why}`
  return check('warn', stuck, 'It is tried again by itself; mend what is named.')
}

/** Looks at the seals of an installation. */
export const sealFacts = async ({ log, installation: { config: { dataDir, seals: { outside, everyMinutes } } } }: Reading, now: Date): Promise<SealFacts> => {
  const { folder, all } = sealStore(sealsIn(dataDir))
  const { seals } = await all()
  const newest = seals.at(-1)
  const published = await readPublished(folder)
  return {
    last: await log.lastSequence(),
    sealedTo: newest?.last ?? 0,
    ageMs: newest === undefined ? 0 : now.getTime() - Date.parse(newest.time),
    everyMs: everyMinutes * 60_000,
    outside: outside === undefined ? undefined : { waiting: unpublished(seals, published).length, failing: published?.failing ?? undefined },
  }
}
