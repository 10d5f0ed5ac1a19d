import { allServices } from '@zyra/all'
import { addressOf } from '@zyra/jetstream'
import type { Item } from '../log/names.ts'
import type { Lot } from './lots.ts'

/** The aggregate that waits in a lot; undefined where the subject of what cannot be read is no address. */
export const addressOfLot = ({ subject }: Pick<Lot, 'subject'>): ReturnType<typeof addressOf> | undefined => {
  try {
    return addressOf(subject)
  } catch {
    return undefined
  }
}

const OF_ITEMS: ReadonlySet<string> = new Set(['stock', 'etsy-quantity'])

/** The lots in which something about an item waits. */
export const lotsOfItem = (lots: readonly Lot[], { merchant, key }: Pick<Item, 'merchant' | 'key'>): readonly Lot[] =>
  lots.filter((lot) => {
    const address = addressOfLot(lot)
    return address !== undefined && address.merchant === merchant && address.id === key && OF_ITEMS.has(address.aggregate)
  })

const READS: ReadonlySet<string> = new Set([
  'start-reconcile',
  'poll-etsy-receipts',
  'read-channels',
  'observe-channels',
  'finish-reconcile',
  'set-reconcile-timer',
  'set-resume-timers',
])

/** True for a part of a reconcile: while it waits, what a lost webhook would have told is not found. */
export const isOfReconcile = ({ handler }: Pick<Lot, 'handler'>): boolean => READS.has(handler)

/** Items that Etsy sells more of than was decided while something about them waits: they can be oversold. */
export const oversellable = (items: readonly Item[], lots: readonly Lot[]): readonly Item[] =>
  items.filter((item) => {
    const { etsy, decided } = item.row
    return etsy !== null && decided !== null && etsy > decided && lotsOfItem(lots, item).length > 0
  })

const HOLDS: ReadonlySet<string> = new Set(['poll-etsy-receipts', 'read-channels', 'observe-channels', 'finish-reconcile'])

/** True for a lot behind which every further run waits, too. */
export const holdsRuns = (lot: Pick<Lot, 'handler'>): boolean => HOLDS.has(lot.handler)

const SETS_A_VALUE: ReadonlySet<string> = new Set(
  Object.values(allServices).flatMap(({ reactors = [] }) => reactors.filter(({ newestOnly }) => newestOnly).flatMap(({ name }) => name)),
)

/** True for a lot behind which nothing newer is done either: what it is about stands still outside until it is redriven or set aside. */
export const standsStill = ({ kind, handler }: Pick<Lot, 'kind' | 'handler'>): boolean => kind === 'reactor' && SETS_A_VALUE.has(handler)
