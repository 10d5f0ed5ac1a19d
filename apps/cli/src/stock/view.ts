import { printable } from '@zyra/runtime/terminal-text'
import type { Item } from '../log/names.ts'
import { standsStill } from '../parked/about.ts'
import type { Lot } from '../parked/lots.ts'
import type { Paint } from '../text/paint.ts'
import { table, type Column } from '../text/table.ts'
import { count } from '../text/words.ts'

/** An item, with the lots in which something about it waits. */
export interface ShownItem extends Item {
  readonly parked: readonly Lot[]
}

const number = (value: number | null): string => (value === null ? '-' : String(value))

/** True where Etsy was not seen to sell what was decided. */
const differs = ({ row: { decided, etsy } }: Item): boolean => decided !== null && etsy !== decided

const isParked = ({ parked }: ShownItem): boolean => parked.length > 0

/** True for an item of which a webhook told before a reconcile read what it is called. */
export const isUnidentified = ({ row: { sku, title } }: Item): boolean => sku === '' && title === ''

const problemOf = (item: ShownItem): string => {
  const still = item.parked.some(standsStill) ? 'PARKED, Etsy stands still' : 'PARKED'
  if (isParked(item)) return item.row.problem === null ? still : `${still}; ${item.row.problem}`
  return item.row.problem ?? (differs(item) ? 'on its way' : '')
}

const columns = (manyMerchants: boolean): readonly Column<ShownItem>[] => [
  ...(manyMerchants ? [{ title: 'MERCHANT', text: ({ merchant }: ShownItem) => merchant }] : []),
  { title: 'SKU', text: ({ row, key }) => row.sku || key, style: () => 'bold' },
  { title: 'TITLE', text: (item) => (isUnidentified(item) ? 'not read yet' : item.row.title), shrinksTo: 16, mayGo: true },
  { title: 'SHOPIFY', align: 'right', text: ({ row }) => number(row.available) },
  { title: 'BUFFER', align: 'right', text: ({ row }) => number(row.buffer), style: () => 'dim', mayGo: true },
  { title: 'DECIDED', align: 'right', text: ({ row }) => number(row.decided) },
  {
    title: 'ETSY',
    align: 'right',
    text: ({ row }) => (row.listingId === null ? '-' : number(row.etsy)),
    style: (item) => (differs(item) ? 'yellow' : 'green'),
  },
  {
    title: 'PROBLEM',
    text: problemOf,
    shrinksTo: 12,
    style: (item) => (item.row.problem === null && !isParked(item) ? 'yellow' : 'red'),
  },
]

/** All items in a table, by SKU. */
export const stockTable = (items: readonly ShownItem[], look: { readonly width: number; readonly paint: Paint }): readonly string[] => {
  const named = items.filter((item) => !isUnidentified(item))
  const sorted = (named.length === 0 ? items : named).toSorted((a, b) => a.row.sku.localeCompare(b.row.sku) || a.key.localeCompare(b.key))
  const manyMerchants = new Set(items.map(({ merchant }) => merchant)).size > 1
  const all = columns(manyMerchants)
  const shown = sorted.some((item) => item.row.problem !== null || differs(item) || isParked(item)) ? all : all.slice(0, -1)
  return table(sorted, shown, look)
}

const LISTED = 3

/** Items that are left out of the table, by their ids: they say nothing beside the others. All are shown where there are no others. */
export const leftOut = (items: readonly ShownItem[]): readonly string[] => {
  const unread = items.filter(isUnidentified).map(({ key }) => key)
  if (unread.length === 0 || unread.length === items.length) return []
  const ids = unread.length > LISTED ? [...unread.slice(0, LISTED), '...'] : unread
  return [`${count(unread.length, 'item')} more, known by id only (${ids.join(', ')}): a webhook told of it, and no reconcile has found it on Shopify.`]
}

/** How many items there are, how many are on Etsy, and how many have a problem or were given up on. */
export const stockSummary = (items: readonly ShownItem[]): string => {
  const listed = items.filter(({ row }) => row.listingId !== null)
  const withProblem = items.filter(({ row }) => row.problem !== null)
  const parked = items.filter(isParked)
  const problems = [
    ...(withProblem.length === 0 ? [] : [`${withProblem.length} with a problem`]),
    ...(parked.length === 0 ? [] : [`${parked.length} PARKED (npx zyra parked)`]),
  ]
  return `${[count(items.length, 'item'), `${listed.length} on Etsy`, ...(problems.length === 0 ? ['none has a problem'] : problems)].join(', ')}.`
}

/** One item as programs get it, with the ids of the lots in which something about it waits. */
export const itemJson = ({ merchant, key, row, from, to, parked }: ShownItem) => ({
  merchant,
  inventoryItem: key,
  ...row,
  from,
  to: to ?? null,
  parked: parked.map(({ id }) => id),
})

const NOT_READ = 'an item that a webhook told of; the next reconcile reads what it is called'

/** One item in full. */
export const itemLines = (item: ShownItem, paint: Paint): readonly string[] => {
  const { key, row, from, parked } = item
  const line = (name: string, value: string, note = ''): string =>
    `  ${paint('dim', name.padEnd(10))} ${value}${note === '' ? '' : paint('dim', `  ${note}`)}`
  const etsy = row.listingId === null ? 'not sold there' : `${number(row.etsy)} of ${number(row.decided)} decided`
  return [
    `${paint('bold', printable(row.sku || key))}  ${isUnidentified(item) ? NOT_READ : printable(row.title)}`,
    line('Shopify', row.available === null ? 'not tracked' : `${row.available} available`, `inventory item ${key}`),
    line('Etsy', etsy, row.listingId === null ? '' : `listing ${row.listingId}`),
    line('Buffer', row.buffer === null ? 'the standard one' : String(row.buffer), 'below it Etsy sells nothing'),
    ...(row.problem === null ? [] : [line('Problem', paint('red', row.problem))]),
    ...parked.flatMap((lot) => [
      line('PARKED', paint('red', printable(lot.error))),
      ...(standsStill(lot) ? [line('', 'No newer number goes to Etsy until it is redriven or set aside.')] : []),
      line('', `npx zyra parked show ${lot.id}`),
    ]),
    line('Since', `#${from.sequence}`, 'the event that made it so'),
  ]
}
