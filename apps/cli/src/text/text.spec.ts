import { painter, plain, safeLine } from './paint.ts'
import { cut, table } from './table.ts'
import { clock, duration, moment, readTime } from './time.ts'
import { bytes, count, didYouMean, nearest, thousands } from './words.ts'

const NOW = new Date('2026-11-20T12:00:00.000Z')

describe('words', () => {
  it('counts things and writes large numbers with commas', () => {
    expect([count(1, 'event'), count(2, 'event'), count(0, 'delivery', 'deliveries'), thousands(1234567)]).toEqual([
      '1 event',
      '2 events',
      '0 deliveries',
      '1,234,567',
    ])
  })

  it('says bytes as people do', () => {
    expect([bytes(2_300), bytes(4_500_000), bytes(83_400_000_000), bytes(271e9)]).toEqual(['2.3 KB', '4.5 MB', '83.4 GB', '271 GB'])
  })

  it('finds what somebody may have meant: how it begins first, then a few wrong letters, and nothing that is far', () => {
    const skus = ['MUG-BLUE', 'MUG-GREEN', 'MUG-OAT', 'TOWEL-STRIPE', 'TOWEL-PLAIN']
    expect(nearest('MUG-BLU', skus)).toEqual(['MUG-BLUE'])
    expect(nearest('towel', skus)).toEqual(['TOWEL-PLAIN', 'TOWEL-STRIPE'])
    expect(nearest('MUG-GREAN', skus)[0]).toBe('MUG-GREEN')
    expect(nearest('XYZZY', skus)).toEqual([])
    expect(didYouMean('towel', skus)).toBe(' Did you mean TOWEL-PLAIN or TOWEL-STRIPE?')
    expect(didYouMean('XYZZY', skus)).toBe('')
  })
})

describe('times', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1_240, '1.2 s'],
    [42_300, '42 s'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 5 min'],
    [273_600_000, '3 d 4 h'],
  ])('says %i ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text)
  })

  it('reads what people write', () => {
    expect(readTime('2026-11-20T07:30:00Z', NOW)).toBe(Date.parse('2026-11-20T07:30:00Z'))
    expect(readTime('15m', NOW)).toBe(NOW.getTime() - 900_000)
    expect(readTime('2d', NOW)).toBe(NOW.getTime() - 172_800_000)
    expect(readTime('2026-11-20', NOW)).toBe(new Date(2026, 10, 20).getTime())
    expect(readTime('07:30', NOW)).toBe(new Date(NOW).setHours(7, 30, 0, 0))
  })

  it.each(['soon', '25:00', '15', '15x', '7', '2026-13-45', ''])('refuses "%s"', (text) => {
    expect(readTime(text, NOW)).toBeUndefined()
  })

  it('tells the day only where it is another one', () => {
    expect(moment('2026-11-20T12:00:00.000Z', NOW)).toBe(clock('2026-11-20T12:00:00.000Z'))
    expect(moment('2026-11-18T12:00:00.000Z', NOW)).toMatch(/^2026-11-18 /)
  })
})

describe('a table', () => {
  const rows = [
    { sku: 'MUG', title: 'A mug that has a very long title', stock: 4 },
    { sku: 'TOWEL', title: 'Towel', stock: 12 },
  ]
  const columns = [
    { title: 'SKU', text: (row: (typeof rows)[number]) => row.sku },
    { title: 'TITLE', text: (row: (typeof rows)[number]) => row.title, shrinksTo: 10 },
    { title: 'STOCK', text: (row: (typeof rows)[number]) => String(row.stock), align: 'right' as const },
  ]

  it('stands in columns without a frame', () => {
    expect(table(rows, columns, { width: Infinity, paint: plain })).toEqual([
      'SKU    TITLE                             STOCK',
      'MUG    A mug that has a very long title      4',
      'TOWEL  Towel                                12',
    ])
  })

  it.each([80, 40, 30, 24])('fits %i columns, and cuts only what may be cut', (width) => {
    const lines = table(rows, columns, { width, paint: plain })
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(Math.max(width, 24))
    expect(lines[2]).toMatch(/^TOWEL .* 12$/)
  })

  it.each([50, 24])('leaves out what may go where %i columns are too few', (width) => {
    const note = { title: 'A LONG NOTE', text: () => 'a note of many words that is long', mayGo: true }
    const wide = [...columns.slice(0, 2), note, ...columns.slice(2)]
    const lines = table(rows, wide, { width, paint: plain })
    expect(lines[0]).not.toMatch(/NOTE/)
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width)
    expect(table(rows, wide, { width: 90, paint: plain })[0]).toMatch(/A LONG NOTE/)
  })

  it('shows what a terminal would obey, and counts it as it is shown', () => {
    const lines = table([{ sku: 'M\u001B[2J', title: 'a\nb', stock: 1 }, ...rows], columns, { width: Infinity, paint: plain })
    expect(lines[1]).toBe('M\\u001b[2J  a\\u000ab                              1')
  })

  it('marks where something was cut', () => {
    expect(cut('a long text', 7)).toBe('a long…')
  })
})

describe('colours', () => {
  it('are for terminals, and for nobody who set NO_COLOR', () => {
    expect(painter(true, {})('red', 'x')).toBe('\u001B[31mx\u001B[0m')
    expect(painter(false, {})('red', 'x')).toBe('x')
    expect(painter(true, { NO_COLOR: '1' })('red', 'x')).toBe('x')
    expect(painter(true, { NO_COLOR: '' })('red', 'x')).not.toBe('x')
    expect(painter(true, { TERM: 'dumb' })('red', 'x')).toBe('x')
  })

  it('are kept on a line; whatever else a terminal would obey is shown', () => {
    const red = painter(true, {})('red', 'x')
    expect(safeLine(`${red} \u001B[2J \u001B[8m \u001B]0;owned\u0007\n`)).toBe(`${red} \\u001b[2J \\u001b[8m \\u001b]0;owned\\u0007\\u000a`)
  })
})
