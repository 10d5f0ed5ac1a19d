import { entry, webhook } from '../../test/entries.ts'
import { Failure } from '../base/failure.ts'
import { readOptions } from '../base/options.ts'
import { plain } from '../text/paint.ts'
import { day } from '../text/time.ts'
import { dayLine, eventLines, eventTitles } from './line.ts'
import { eventsOptions, filterOf, timeOption, wantedTypes } from './options.ts'

const NOW = new Date('2026-11-20T12:00:00.000Z')
const read = (given: object) => readOptions(eventsOptions, given)
const filter = (given: object): string => filterOf(read(given), wantedTypes(read(given)))

describe('the options of zyra events', () => {
  it('narrow the subjects that are read', () => {
    expect(filter({})).toBe('zyra.*.*.*.*')
    expect(filter({ merchant: 'demo', service: 'inventory', aggregate: 'stock', id: '47 1' })).toBe('zyra.demo.inventory.stock.47=201')
  })

  it("take an event's name in any case, with its service or without, and read only where it can stand", () => {
    expect(wantedTypes(read({ type: 'etsyquantityset,inventory.StockObserved' }))).toEqual(
      new Set(['inventory.EtsyQuantitySet', 'inventory.StockObserved']),
    )
    expect(filter({ type: 'StockObserved' })).toBe('zyra.*.inventory.stock.*')
    expect(filter({ type: 'EffectAttempted' })).toBe('zyra.*.*.*.*')
    expect(filter({ type: 'StockObserved,EtsyQuantitySet' })).toBe('zyra.*.*.*.*')
  })

  it('say what is near where no event has the name', () => {
    expect(() => wantedTypes(read({ type: 'StockObservd' }))).toThrow(
      '--type: no event is called "StockObservd". Did you mean StockObserved?',
    )
  })

  it.each([
    [{ limit: '0' }, '--limit: expected a whole number of at least 1, found "0".'],
    [{ limit: 'ten' }, '--limit: expected a whole number of at least 1, found "ten".'],
    [{ from: '-4' }, '--from: expected a whole number of at least 1, found "-4".'],
    [{ merchant: '' }, '--merchant: expected some text, found "".'],
  ])('refuse %j with a sentence and exit code 2', (given, sentence) => {
    expect(() => read(given)).toThrow(new Failure(sentence, 2))
  })

  it('refuse a time that is none', () => {
    expect(timeOption('since', undefined, NOW)).toBeUndefined()
    expect(() => timeOption('since', 'soon', NOW)).toThrow(/^--since: expected a time such as .*, found "soon"\.$/)
  })
})

describe('a line of zyra events', () => {
  const look = { nameOf: (_merchant: string, item: string) => item, paint: plain, width: 100 }

  it('fits the screen, and stands under its titles', () => {
    const [line = '', ...more] = eventLines(webhook(7), look)
    expect(more).toEqual([])
    expect(line.length).toBeLessThanOrEqual(100)
    expect(line.indexOf('ShopifyWebhookReceived')).toBe(eventTitles(look).indexOf('EVENT'))
    expect(line.indexOf('inventory_levels/update')).toBe(eventTitles(look).indexOf('OF'))
    expect(line.indexOf('delivery w1')).toBe(eventTitles(look).indexOf('WHAT'))
  })

  it.each([60, 80])('is two lines on a screen of %i columns, and nothing of what it says is lost', (width) => {
    const reason = 'Etsy cannot be read: it asks for a pause of 20 s, and then again for one of 40 s'
    const long = entry('inventory.ReconcileFailed', { reason }, { sequence: 8 })
    const shown = [eventTitles({ ...look, width }), ...eventLines(webhook(7), { ...look, width }), ...eventLines(long, { ...look, width })]
    expect(Math.max(...shown.map(({ length }) => length))).toBeLessThanOrEqual(width)
    expect(shown.join(' ').replaceAll(/\s+/g, ' ')).toContain('pause of 20 s, and then again for one of 40 s')
  })

  it('is not cut where nobody looks', () => {
    const long = entry('inventory.ReconcileFailed', { reason: 'x'.repeat(300) }, { sequence: 8 })
    expect(eventLines(long, { ...look, width: Infinity })[0]).toContain('x'.repeat(300))
    expect(eventLines(long, look)[0]).toHaveLength(100)
  })

  it('follows the day where that is another one', () => {
    const tomorrow = entry('inventory.ReconcileFinished', { items: 1 }, { sequence: 9, time: '2026-11-22T08:00:00.000Z' })
    expect(dayLine(webhook(7), webhook(8), look)).toBeUndefined()
    expect(dayLine(webhook(7), tomorrow, look)).toBe(day('2026-11-22T08:00:00.000Z'))
    expect(dayLine(undefined, webhook(7), look)).toBe(day('2026-11-20T08:00:00.000Z'))
  })
})
