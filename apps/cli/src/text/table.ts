import type { Paint, Style } from './paint.ts'

/** A column of a table. */
export interface Column<Item> {
  readonly title: string
  readonly text: (item: Item) => string
  readonly align?: 'left' | 'right'
  /** True where the text may be cut to fit the screen; the column keeps at least this many characters. */
  readonly shrinksTo?: number
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

/**
 * A table for people: titles, then a line per item, columns two spaces apart, no frame.
 * @param width the columns of the screen; Infinity where nothing is to be cut
 */
export const table = <Item>(
  items: readonly Item[],
  columns: readonly Column<Item>[],
  { width, paint }: { width: number; paint: Paint },
): readonly string[] => {
  const cells = items.map((item) => columns.map(({ text }) => text(item)))
  const natural = columns.map(({ title }, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)))
  const widths = fit(
    natural,
    columns.map(({ shrinksTo }, column) => Math.min(shrinksTo ?? Infinity, natural[column] ?? 0)),
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
  return [
    line(
      columns.map(({ title }) => title),
      () => 'dim',
    ),
    ...items.map((item, row) => line(cells[row] ?? [], (column) => columns[column]?.style?.(item))),
  ]
}
