import { printable } from '@zyra/runtime/terminal-text'
import type { Paint, Style } from './paint.ts'

/** A column of a table. */
export interface Column<Item> {
  readonly title: string
  readonly text: (item: Item) => string
  readonly align?: 'left' | 'right'
  /** Given where the text may be cut to fit the screen; the column keeps at least this many characters. */
  readonly shrinksTo?: number
  /** True where the column may be left out on a screen that is too narrow, the last such column first. */
  readonly mayGo?: boolean
  readonly style?: (item: Item) => Style | undefined
}

const GAP = '  '

/** Cuts text to a width, with a mark where something is missing. */
export const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1)).trimEnd()}…`

/** The widths of columns so that together they fit, taken a character at a time from the column that can spare most. */
const fit = (natural: readonly number[], least: readonly number[], width: number): readonly number[] => {
  const widths = [...natural]
  let excess = widths.reduce((sum, each) => sum + each, GAP.length * (widths.length - 1)) - width
  while (excess > 0) {
    const spare = widths.map((each, column) => each - (least[column] ?? each))
    const most = Math.max(...spare)
    if (most <= 0) break
    const column = spare.indexOf(most)
    widths[column] = (widths[column] ?? 0) - 1
    excess -= 1
  }
  return widths
}

const aligned = (text: string, width: number, align: 'left' | 'right' = 'left'): string =>
  align === 'right' ? text.padStart(width) : text.padEnd(width)

const leastOf = <Item>({ title, shrinksTo = Infinity }: Column<Item>, natural: number): number => Math.min(Math.max(shrinksTo, title.length), natural)

/** The columns that find room, each cut as far as it may be. */
const fitting = <Item>(columns: readonly Column<Item>[], naturalOf: (column: Column<Item>) => number, width: number): readonly Column<Item>[] => {
  const least = columns.reduce((sum, column) => sum + leastOf(column, naturalOf(column)) + GAP.length, -GAP.length)
  const goes = columns.findLastIndex(({ mayGo }) => mayGo === true)
  return least <= width || goes === -1 ? columns : fitting(columns.toSpliced(goes, 1), naturalOf, width)
}

/**
 * A table for people: titles, then a line per item, columns two spaces apart, no frame.
 * @param width the columns of the screen; Infinity where nothing is to be cut
 */
export const table = <Item>(
  items: readonly Item[],
  given: readonly Column<Item>[],
  { width, paint }: { width: number; paint: Paint },
): readonly string[] => {
  const textsOf = new Map(given.map((column) => [column, items.map((item) => printable(column.text(item)))]))
  const naturalOf = (column: Column<Item>): number => Math.max(column.title.length, ...(textsOf.get(column) ?? []).map(({ length }) => length))
  const columns = fitting(given, naturalOf, width)
  const natural = columns.map(naturalOf)
  const widths = fit(
    natural,
    columns.map((column) => leastOf(column, naturalOf(column))),
    width,
  )
  const line = (texts: readonly string[], style: (column: number) => Style | undefined): string =>
    texts
      .map((text, column) => {
        const width = widths[column] ?? text.length
        const isLast = column === texts.length - 1 && columns[column]?.align !== 'right'
        const shown = isLast ? cut(text, width) : aligned(cut(text, width), width, columns[column]?.align)
        const chosen = style(column)
        return chosen === undefined ? shown : paint(chosen, shown)
      })
      .join(GAP)
      .trimEnd()
  const titles = line(
    columns.map(({ title }) => title),
    () => 'dim',
  )
  const lineOf = (item: Item, row: number): string =>
    line(
      columns.map((column) => textsOf.get(column)?.[row] ?? ''),
      (column) => columns[column]?.style?.(item),
    )
  return [titles, ...items.map(lineOf)]
}
