import type { Item } from '../log/names.ts'
import type { Paint } from '../text/paint.ts'
import { table, type Column } from '../text/table.ts'
import { count } from '../text/words.ts'

const number = (value: number | null): string => (value === null ? '-' : String(value))

/** True where Etsy was not seen to sell what was decided. */
const differs = ({ row: { decided, etsy } }: Item): boolean => decided !== null && etsy !== decided

const columns = (manyMerchants: boolean): readonly Column<Item>[] => [
  ...(manyMerchants ? [{ title: 'MERCHANT', text: ({ merchant }: Item) => merchant }] : []),
  { title: 'SKU', text: ({ row, key }) => row.sku || key, style: () => 'bold' },
  { title: 'TITLE', text: ({ row }) => row.title, shrinksTo: 16 },
  { title: 'SHOPIFY', align: 'right', text: ({ row }) => number(row.available) },
  { title: 'BUFFER', align: 'right', text: ({ row }) => number(row.buffer), style: () => 'dim' },
  { title: 'DECIDED', align: 'right', text: ({ row }) => number(row.decided) },
  {
    title: 'ETSY',
    align: 'right',
    text: ({ row }) => (row.listingId === null ? '-' : number(row.etsy)),
    style: (item) => (differs(item) ? 'yellow' : 'green'),
  },
  {
    title: 'PROBLEM',
    text: (item) => item.row.problem ?? (differs(item) ? 'on its way' : ''),
    shrinksTo: 12,
    style: ({ row }) => (row.problem === null ? 'yellow' : 'red'),
  },
]

/** All items in a table, by SKU. */
export const stockTable = (items: readonly Item[], look: { readonly width: number; readonly paint: Paint }): readonly string[] => {
  const sorted = items.toSorted((a, b) => a.row.sku.localeCompare(b.row.sku) || a.key.localeCompare(b.key))
  const manyMerchants = new Set(items.map(({ merchant }) => merchant)).size > 1
  const all = columns(manyMerchants)
  const shown = sorted.some((item) => item.row.problem !== null || differs(item)) ? all : all.slice(0, -1)
  return table(sorted, shown, look)
}

/** How many items there are, how many are on Etsy, and how many have a problem. */
export const stockSummary = (items: readonly Item[]): string => {
  const listed = items.filter(({ row }) => row.listingId !== null)
  const withProblem = items.filter(({ row }) => row.problem !== null)
  const problems = withProblem.length === 0 ? 'none has a problem' : `${withProblem.length} with a problem`
  return `${count(items.length, 'item')}, ${listed.length} on Etsy, ${problems}.`
}

/** One item as programs get it. */
export const itemJson = ({ merchant, key, row, from, to }: Item) => ({ merchant, inventoryItem: key, ...row, from, to: to ?? null })

/** One item in full. */
export const itemLines = ({ key, row, from }: Item, paint: Paint): readonly string[] => {
  const line = (name: string, value: string, note = ''): string =>
    `  ${paint('dim', name.padEnd(10))} ${value}${note === '' ? '' : paint('dim', `  ${note}`)}`
  const etsy = row.listingId === null ? 'not sold there' : `${number(row.etsy)} of ${number(row.decided)} decided`
  return [
    `${paint('bold', row.sku || key)}  ${row.title}`,
    line('Shopify', row.available === null ? 'not tracked' : `${row.available} available`, `inventory item ${key}`),
    line('Etsy', etsy, row.listingId === null ? '' : `listing ${row.listingId}`),
    line('Buffer', row.buffer === null ? 'the standard one' : String(row.buffer), 'below it Etsy sells nothing'),
    ...(row.problem === null ? [] : [line('Problem', paint('red', row.problem))]),
    line('Since', `#${from.sequence}`, 'the event that made it so'),
  ]
}
