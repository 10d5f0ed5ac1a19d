import { median, missedBy, ratio, spread, verdictOf, type Figure, type Unit } from './figure.ts'

type Cell = readonly [text: string, align: 'left' | 'right']

const DIGITS: Readonly<Record<Unit, (value: number) => number>> = {
  '/s': () => 0,
  'ms': (value) => (value < 100 ? 1 : 0),
  's': () => 2,
  'MB': () => 0,
}

const shown = (value: number, unit: Unit): string => {
  const digits = DIGITS[unit](value)
  const text = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return unit === '/s' ? `${text}/s` : `${text} ${unit}`
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`

const HEAD: readonly Cell[] = [
  ['', 'left'], ['target', 'right'], ['measured', 'right'], ['+-', 'right'], ['floor', 'right'], ['ratio', 'right'], ['', 'left'],
]

const rowOf = (figure: Figure): readonly Cell[] => {
  const { title, unit, values, target, floor } = figure
  const [share, verdict] = [ratio(figure), verdictOf(figure)]
  const word = { 'met': 'met', 'missed': `missed by ${percent(missedBy(figure))}`, 'no target': '' }[verdict]
  return [
    [title, 'left'],
    [target === undefined ? '' : `${unit === '/s' ? '>=' : '<='} ${shown(target, unit)}`, 'right'],
    [shown(median(values), unit), 'right'],
    [values.length > 1 ? percent(spread(values)) : '', 'right'],
    [floor === undefined ? '' : shown(median(floor.values), unit), 'right'],
    [share === undefined ? '' : share.toFixed(2), 'right'],
    [word, 'left'],
  ]
}

const line = (cells: readonly Cell[], widths: readonly number[]): string =>
  cells.map(([text, align], column) => (align === 'left' ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0))).join('  ').trimEnd()

/** Figures as a table, then what stands to be said of each. */
export const table = (figures: readonly Figure[]): string => {
  const rows = [HEAD, ...figures.map(rowOf)]
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.[0].length ?? 0)))
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  const [head, ...body] = rows.map((cells) => line(cells, widths))
  const said = figures.flatMap(({ title, floor, note }) => {
    const parts = [...(floor === undefined ? [] : [`floor: ${floor.what}`]), ...(note === undefined ? [] : [note])]
    return parts.length === 0 ? [] : [`${title}: ${parts.join('; ')}`]
  })
  return [head, rule, ...body, '', ...said].join('\n')
}
