import type { StockRow } from '@zyra/all'
import { Failure } from '../base/failure.ts'
import { readOptions } from '../base/options.ts'
import { lotsOfItem } from '../parked/about.ts'
import type { Lot } from '../parked/lots.ts'
import { plain } from '../text/paint.ts'
import { checkStock, stockOptions } from './options.ts'
import { itemJson, itemLines, leftOut, stockSummary, stockTable, type ShownItem } from './view.ts'

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
interface Changes extends Partial<StockRow> {
  readonly key?: string
  readonly merchant?: string
  readonly parked?: readonly Lot[]
}

const item = (changes: Changes = {}): ShownItem => {
  const { key = '47', merchant = 'demo', parked = [], ...rest } = changes
  return { merchant, key, row: { ...row, ...rest }, from: { epoch: 1, sequence: 12 }, to: undefined, parked }
}

const lot: Lot = {
  id: 'set-etsy-quantity~inventory~stock~47',
  merchant: 'demo',
  service: 'inventory',
  handler: 'set-etsy-quantity',
  kind: 'reactor',
  subject: 'zyra.demo.inventory.stock.47',
  waiting: [12],
  error: 'no sense',
  tries: 5,
  redrives: 0,
  since: '2026-11-20T08:00:00.000Z',
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

  it('leaves out items that are known by id only, and says so; without others they are shown', () => {
    const unread = item({ key: '4711', sku: '', title: '', listingId: null, decided: null, etsy: null })
    expect(stockTable([item(), unread], look)).toHaveLength(2)
    expect(leftOut([item(), unread])).toEqual([
      '1 item more, known by id only (4711): a webhook told of it, and no reconcile has found it on Shopify.',
    ])
    expect([leftOut([item()]), leftOut([unread])]).toEqual([[], []])
    expect(stockTable([unread], look)[1]).toMatch(/^4711 {2}not read yet/)
    expect(itemLines(unread, plain)[0]).toBe('4711  an item that a webhook told of; the next reconcile reads what it is called')
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

describe('an item that a handler gave up on', () => {
  const parked = item({ etsy: 9, parked: [lot] })

  it('is one whose aggregate waits in a lot, of the same merchant', () => {
    expect(lotsOfItem([lot], item())).toEqual([lot])
    expect(lotsOfItem([{ ...lot, subject: 'zyra.demo.inventory.etsy-quantity.47' }], item())).toHaveLength(1)
    expect(lotsOfItem([lot], item({ key: '48' }))).toEqual([])
    expect(lotsOfItem([lot], item({ merchant: 'second' }))).toEqual([])
    expect(lotsOfItem([{ ...lot, subject: 'zyra.demo.inventory.reconcile.47' }], item())).toEqual([])
    expect(lotsOfItem([{ ...lot, subject: 'unreadable' }], item())).toEqual([])
  })

  it('is told in its row and in the summary, never as on its way or as well', () => {
    const wide = { ...look, width: 100 }
    expect(stockTable([parked], wide)[1]).toMatch(/PARKED, Etsy stands still$/)
    expect(stockTable([item({ parked: [lot] })], wide)[1]).toMatch(/PARKED, Etsy stands still$/)
    expect(stockTable([item({ parked: [lot], problem: 'sold out' })], wide)[1]).toMatch(/PARKED, Etsy stands still; sold out$/)
    expect(stockTable([item({ parked: [{ ...lot, handler: 'adjust-shopify-stock' }] })], wide)[1]).toMatch(/PARKED$/)
    expect(stockSummary([parked, item()])).toBe('2 items, 2 on Etsy, 1 PARKED (npx zyra parked).')
  })

  it('is shown with its error, and with the command that tells more', () => {
    expect(itemLines(parked, plain)).toContain('  PARKED     no sense')
    expect(itemLines(parked, plain).map((line) => line.trim())).toContain(`npx zyra parked show ${lot.id}`)
    expect(itemJson(parked)).toMatchObject({ parked: [lot.id] })
  })
})

describe('the options of zyra stock', () => {
  const check = (sku: string | undefined, given: object): void => checkStock(sku, readOptions(stockOptions, given))

  it.each([
    [undefined, { why: true }, '--why is about one item: name its SKU, as in "npx zyra stock MUG-BLUE --why".'],
    [undefined, { buffer: '3' }, '--buffer is about one item: name its SKU, as in "npx zyra stock MUG-BLUE --buffer 3".'],
    ['MUG', { asOf: '15m', why: true }, '--as-of shows what was; it does not go together with --why.'],
    ['MUG', { buffer: '2', why: true }, '--why and --buffer do not go together: change the buffer first, then ask why.'],
    ['MUG', { all: true }, '--all is about the chain that --why shows: give both.'],
    ['MUG', { buffer: '-1' }, '--buffer: expected a whole number of at least 0, found "-1".'],
  ])('for %s refuse %j', (sku, given, sentence) => {
    expect(() => check(sku, given)).toThrow(new Failure(sentence, 2))
  })

  it('take a buffer of 0', () => {
    expect(readOptions(stockOptions, { buffer: '0' }).buffer).toBe(0)
  })
})
