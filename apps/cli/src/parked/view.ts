import { addressOf } from '@zyra/jetstream'
import { printable, wrap } from '@zyra/runtime/terminal-text'
import { gist, shortType, type NameOf } from '../text/gist.ts'
import type { Entry } from '../log/entry.ts'
import type { Paint } from '../text/paint.ts'
import { table } from '../text/table.ts'
import { duration, moment } from '../text/time.ts'
import { count } from '../text/words.ts'
import { standsStill } from './about.ts'
import type { Lot } from './lots.ts'

/** How lots are shown. */
export interface LotLook {
  readonly paint: Paint
  readonly width: number
  readonly nameOf: NameOf
  readonly now: Date
}

/** What waits, for people. The subject of an event that cannot be read at all carries its sequence and is no address. */
const whatWaits = ({ subject }: Lot, nameOf: NameOf): string => {
  try {
    const { merchant, aggregate, id } = addressOf(subject)
    return `${aggregate} ${aggregate === 'stock' ? nameOf(merchant, id) : id}`
  } catch {
    return subject.split('.').slice(2).join(' ')
  }
}

const STILL = 'Nothing newer is done there either until this is redriven or set aside.'

/** All lots in a table, each with its error below it. Ids are whole, since they are typed again. */
export const lotsTable = (lots: readonly Lot[], look: LotLook): readonly string[] => {
  const { paint, width, nameOf, now } = look
  const [titles = '', ...lines] = table(
    lots,
    [
      { title: 'ID', text: ({ id }) => id, style: () => 'bold' },
      { title: 'OF', text: (lot) => whatWaits(lot, nameOf), shrinksTo: 12 },
      { title: 'WAITING', text: ({ waiting }) => String(waiting.length), align: 'right' },
      { title: 'FOR', text: ({ since }) => duration(now.getTime() - Date.parse(since)), align: 'right' },
    ],
    look,
  )
  return [
    titles,
    ...lines.flatMap((line, index) => {
      const lot = lots[index]
      const still = lot !== undefined && standsStill(lot) ? wrap(STILL, width - 2).map((part) => `  ${paint('yellow', part)}`) : []
      return [line, ...wrap(printable(lot?.error ?? ''), width - 2).map((part) => `  ${paint('red', part)}`), ...still]
    }),
  ]
}

/** One lot in full, with the events that wait. */
export const lotLines = (lot: Lot, waiting: readonly Entry[], { paint, nameOf, now }: LotLook): readonly string[] => {
  const line = (name: string, value: string): string => `  ${paint('dim', name.padEnd(10))} ${value}`
  return [
    paint('bold', lot.id),
    line('Handler', `${lot.kind} ${lot.handler} of ${lot.service}`),
    line('Of', `${whatWaits(lot, nameOf)} (${lot.subject})`),
    line('Error', paint('red', printable(lot.error))),
    ...(standsStill(lot) ? [line('', paint('yellow', STILL))] : []),
    line('Tried', `${count(lot.tries, 'time')}, redriven ${count(lot.redrives, 'time')}`),
    line('Since', `${moment(lot.since, now)}, ${duration(now.getTime() - Date.parse(lot.since))} ago`),
    '',
    `  ${count(lot.waiting.length, 'event')} wait${lot.waiting.length === 1 ? 's' : ''}, in this order:`,
    ...waiting.map(
      (entry) =>
        `  ${paint('dim', `#${entry.stored.sequence}`.padStart(8))}  ${shortType(entry.stored.envelope.type)}  ${gist(entry, nameOf)}`,
    ),
    '',
    paint('dim', `  npx zyra parked redrive ${lot.id}`),
    paint('dim', `  npx zyra parked discard ${lot.id} --reason ...`),
  ]
}
