import type { StockRow } from '@zyra/all'
import { Failure } from '../base/failure.ts'
import { readOptions } from '../base/options.ts'
import type { Item } from '../log/names.ts'
import { plain } from '../text/paint.ts'
import { checkStock, stockOptions } from './options.ts'
import { itemLines, stockSummary, stockTable } from './view.ts'

const row: StockRow = {
  sku: 'MUG-BLUE',
  title: 'Breakfast mug, Blue',
  available: 4,
  buffer: 2,
  listingId: '9',
  decided: 4,
  etsy: 4,
  problem: null,
}
const item = (changes: Partial<StockRow> & { readonly key?: string; readonly merchant?: string } = {}): Item => {
  const { key = '47', merchant = 'demo', ...rest } = changes
  return { merchant, key, row: { ...row, ...rest }, from: { epoch: 1, sequence: 12 }, to: undefined }
}

const look = { width: 80, paint: plain }

describe('the table of stock', () => {
  it('lists items by SKU, with their numbers under each other', () => {
    expect(stockTable([item({ sku: 'TOWEL', title: 'Towel', available: 12, decided: 12, etsy: 12 }), item()], look)).toEqual([
      'SKU       TITLE                SHOPIFY  BUFFER  DECIDED  ETSY',
      'MUG-BLUE  Breakfast mug, Blue        4       2        4     4',
      'TOWEL     Towel                     12       2       12    12',
    ])
  })

  it('tells problems only where there are some, and what is on its way', () => {
    const [titles, ...lines] = stockTable([item({ etsy: 5 }), item({ sku: 'VASE', problem: 'the listing is sold out' })], look)
    expect(titles).toContain('PROBLEM')
    expect(lines[0]).toMatch(/on its way$/)
    expect(lines[1]).toMatch(/the listing is/)
  })

  it('names merchants only where there are several, and shows what is not known as such', () => {
    const lines = stockTable(
      [item({ available: null, decided: null, etsy: null, listingId: null, buffer: null }), item({ merchant: 'second' })],
      look,
    )
    expect(lines[0]).toMatch(/^MERCHANT/)
    expect(lines[1]).toMatch(/-\s+-\s+-\s+-$/)
  })

  it('is summed up in a sentence', () => {
    expect(stockSummary([item(), item({ listingId: null }), item({ problem: 'x' })])).toBe('3 items, 2 on Etsy, 1 with a problem.')
    expect(stockSummary([item()])).toBe('1 item, 1 on Etsy, none has a problem.')
  })

  it('shows one item in full', () => {
    expect(itemLines(item({ problem: 'the listing is sold out' }), plain)).toEqual([
      'MUG-BLUE  Breakfast mug, Blue',
      '  Shopify    4 available  inventory item 47',
      '  Etsy       4 of 4 decided  listing 9',
      '  Buffer     2  below it Etsy sells nothing',
      '  Problem    the listing is sold out',
      '  Since      #12  the event that made it so',
    ])
  })
})

describe('the options of zyra stock', () => {
  const check = (sku: string | undefined, given: object): void => checkStock(sku, readOptions(stockOptions, given))

  it.each([
    [undefined, { why: true }, '--why is about one item: name its SKU, as in "npx zyra stock MUG-BLUE --why".'],
    [undefined, { buffer: '3' }, '--buffer is about one item: name its SKU, as in "npx zyra stock MUG-BLUE --buffer 3".'],
    ['MUG', { asOf: '15m', why: true }, '--as-of shows what was; it does not go together with --why.'],
    ['MUG', { buffer: '2', why: true }, '--why and --buffer do not go together: change the buffer first, then ask why.'],
    ['MUG', { buffer: '-1' }, '--buffer: expected a whole number of at least 0, found "-1".'],
  ])('for %s refuse %j', (sku, given, sentence) => {
    expect(() => check(sku, given)).toThrow(new Failure(sentence, 2))
  })

  it('take a buffer of 0', () => {
    expect(readOptions(stockOptions, { buffer: '0' }).buffer).toBe(0)
  })
})
