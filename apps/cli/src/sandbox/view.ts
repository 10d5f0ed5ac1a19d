import type { z } from 'zod'
import type { Paint } from '../text/paint.ts'
import { table } from '../text/table.ts'
import { count } from '../text/words.ts'
import type { delivered, etsyState, faultsState, shopifyState } from './shapes.ts'

/** How tables of the sandbox look. */
export interface Look {
  readonly width: number
  readonly paint: Paint
}

const textOf = (item: Readonly<Record<string, unknown>>, field: string): string => {
  const value = item[field]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** Shopify from its merchant's chair. */
export const shopifyLines = (
  { shop, installed, orders, webhooksPending, locations, subscriptions, variants }: z.infer<typeof shopifyState>,
  look: Look,
): readonly string[] => {
  const failing = subscriptions.filter(({ failuresInARow }) => failuresInARow > 0)
  const app = installed ? 'app installed' : 'app not installed'
  const failed = failing.length === 0 ? '' : ` (${failing.length} failing)`
  return [
    ...table(
      variants,
      [
        { title: 'SKU', text: ({ sku }) => sku ?? '', style: () => 'bold' },
        {
          title: 'PRODUCT',
          text: (variant) => [textOf(variant, 'productTitle'), textOf(variant, 'title')].filter((each) => each !== '').join(', '),
          shrinksTo: 16,
        },
        { title: 'AVAILABLE', text: ({ available }) => (available === null ? 'not tracked' : String(available)), align: 'right' },
        {
          title: 'BY LOCATION',
          text: ({ levels }) => levels.map((level) => `${textOf(level, 'locationName')} ${level.available}`).join(', '),
          shrinksTo: 16,
          style: () => 'dim',
        },
      ],
      look,
    ),
    '',
    look.paint(
      'dim',
      `${shop.domain ?? 'The shop'}: ${count(variants.length, 'variant')} at ${count(locations.length, 'location')}, ${count(orders, 'order')},`,
    ),
    look.paint('dim', `${app}, ${count(subscriptions.length, 'subscription')}${failed}, ${count(webhooksPending, 'webhook')} on the way.`),
  ]
}

/** Etsy from its merchant's chair. */
export const etsyLines = ({ shopId, orders, rows }: z.infer<typeof etsyState>, look: Look): readonly string[] => [
  ...table(
    rows,
    [
      { title: 'SKU', text: ({ sku }) => sku, style: () => 'bold' },
      { title: 'LISTING', text: (row) => textOf(row, 'listingId') },
      { title: 'TITLE', text: (row) => textOf(row, 'title'), shrinksTo: 16 },
      { title: 'STATE', text: (row) => textOf(row, 'state'), style: ({ state }) => (state === 'active' ? undefined : 'yellow') },
      { title: 'SELLABLE', text: (row) => textOf(row, 'sellable'), align: 'right' },
      { title: 'WRITES', text: (row) => textOf(row, 'inventoryWrites'), align: 'right', style: () => 'dim' },
      {
        title: 'IDENTICAL',
        text: (row) => textOf(row, 'identicalWrites'),
        align: 'right',
        style: ({ identicalWrites }) => (identicalWrites === 0 ? 'dim' : 'yellow'),
      },
    ],
    look,
  ),
  '',
  look.paint(
    'dim',
    `Shop ${shopId}: ${count(rows.length, 'row')}, ${count(orders, 'order')}. Writes are per listing; identical ones changed nothing.`,
  ),
]

const detailOf = (fault: Readonly<Record<string, unknown>>): string =>
  Object.entries(fault)
    .filter(([name]) => name !== 'kind')
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')

/** The faults of vendors, and how often they struck. */
export const faultLines = (
  vendors: readonly (z.infer<typeof faultsState> & { readonly vendor: string })[],
  look: Look,
): readonly string[] => {
  const all = vendors.flatMap(({ vendor, counts }) => counts.map((each) => ({ vendor, ...each })))
  if (all.length === 0) return ['Nothing goes wrong on purpose.']
  return table(
    all,
    [
      { title: 'VENDOR', text: ({ vendor }) => vendor },
      { title: 'FAULT', text: ({ fault }) => fault.kind, style: () => 'bold' },
      { title: 'STRUCK', text: ({ struck }) => String(struck), align: 'right', style: ({ struck }) => (struck > 0 ? 'yellow' : undefined) },
      { title: 'LOOKED AT', text: ({ considered }) => String(considered), align: 'right' },
      { title: 'HOW', text: ({ fault }) => detailOf(fault), shrinksTo: 20, style: () => 'dim' },
    ],
    look,
  )
}

/** How the gateway answered deliveries; equal answers in a row are told once. */
export const deliveredLines = ({ webhookId, answers }: z.infer<typeof delivered>, { paint }: Look): readonly string[] => {
  const worded = answers.map(({ status, error, ms }) => ({
    text: status === undefined ? (error ?? 'no answer') : `answered ${status}`,
    good: status !== undefined && status < 300,
    ms,
  }))
  const groups = [...Map.groupBy(worded, ({ text }) => text).values()]
  return groups.map((group) => {
    const [first] = group
    const longest = Math.max(...group.map(({ ms }) => ms))
    const times = group.length === 1 ? `in ${longest} ms` : `${group.length} times, in ${longest} ms at most`
    return `Delivery ${webhookId} ${paint(first?.good === true ? 'green' : 'red', first?.text ?? '')} ${times}.`
  })
}
