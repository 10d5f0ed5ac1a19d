import { recorded } from '@zyra/testing'
import { plain } from '../text/paint.ts'
import { lotFrom, type Lot } from './lots.ts'
import { lotNamed, lotsToRedrive } from './read.ts'
import { lotLines, lotsTable } from './view.ts'

const common = { handler: 'set-etsy-quantity', kind: 'reactor', subject: 'zyra.demo.inventory.stock.47' } as const
const ID = 'set-etsy-quantity~inventory~stock~47'
const meta = (minute: number) => ({
  service: 'inventory',
  aggregateId: ID,
  time: `2026-11-20T08:0${minute}:00.000Z`,
  sequence: 10 + minute,
})
const parked = (minute: number, sequence: number, tries: number, error = 'no sense') =>
  recorded('runtime.HandlerParked', { ...common, sequence, tries, error }, meta(minute))
const unparked = (minute: number, upToSequence: number) => recorded('runtime.HandlerUnparked', { ...common, upToSequence }, meta(minute))
const redriven = (minute: number) => recorded('runtime.HandlerRedriven', { ...common, attempt: 2 }, meta(minute))

const look = { paint: plain, width: 100, nameOf: () => 'MUG-BLUE', now: new Date('2026-11-20T08:30:00.000Z') }
const lot = lotFrom([parked(0, 3, 5), parked(1, 7, 0, 'waits behind an earlier event that is parked')])!

describe('a lot', () => {
  it('holds what waits, with the error of the event that was given up on', () => {
    expect(lot).toMatchObject({
      id: ID,
      service: 'inventory',
      waiting: [3, 7],
      error: 'no sense',
      tries: 5,
      redrives: 0,
      since: '2026-11-20T08:00:00.000Z',
    })
  })

  it('is empty once everything is handled, and counts redrives', () => {
    expect(lotFrom([parked(0, 3, 5), parked(1, 7, 0), redriven(2), unparked(3, 3), unparked(3, 7)])).toMatchObject({
      waiting: [],
      redrives: 1,
    })
  })

  it('waits since it was parked last, not since it was parked ever', () => {
    expect(lotFrom([parked(0, 3, 5), unparked(1, 3), parked(4, 9, 5)])).toMatchObject({ waiting: [9], since: '2026-11-20T08:04:00.000Z' })
  })

  it('is empty once what waits was set aside, up to what comes later', () => {
    const discarded = recorded('runtime.HandlerDiscarded', { ...common, upToSequence: 7, by: 'anna', reason: 'gone' }, meta(2))
    expect(lotFrom([parked(0, 3, 5), parked(1, 7, 0), discarded, parked(3, 9, 5)])).toMatchObject({ waiting: [9], since: '2026-11-20T08:03:00.000Z' })
  })

  it('is nothing without events', () => {
    expect(lotFrom([])).toBeUndefined()
  })
})

describe('what is parked', () => {
  const other: Lot = { ...lot, id: 'read-channels~inventory~reconcile~all' }

  it('is found by the beginning of its id', () => {
    expect(lotNamed([lot, other], 'read').id).toBe(other.id)
    expect(() => lotNamed([lot, { ...lot, id: `${ID}1` }], 'set')).toThrow(/begins the ids of 2 lots/)
    expect(lotNamed([lot, { ...lot, id: `${ID}1` }], ID).id).toBe(ID)
    expect(() => lotNamed([], 'x')).toThrow('Nothing is parked as "x". "npx zyra parked" lists what is.')
  })

  it('is redriven one by one, all of a handler, or all at once', () => {
    const second = { ...lot, id: `${ID}1` }
    const lots = [lot, second, other]
    expect(lotsToRedrive(lots, 'read', false)).toEqual([other])
    expect(lotsToRedrive(lots, 'set-etsy', true)).toEqual([lot, second])
    expect(lotsToRedrive(lots, undefined, true)).toEqual(lots)
    expect(lotsToRedrive([], undefined, true)).toEqual([])
    expect(() => lotsToRedrive(lots, 'set-etsy', false)).toThrow(/begins the ids of 2 lots/)
    expect(() => lotsToRedrive(lots, 'x', true)).toThrow(/Nothing is parked as "x"/)
    expect(() => lotsToRedrive(lots, undefined, false)).toThrow(/or give --all/)
  })

  it('stands in a table that fits the screen, with ids whole and errors below them', () => {
    const lines = lotsTable([{ ...lot, error: 'a very long error '.repeat(10).trim() }], look)
    expect(lines[0]).toMatch(/^ID +OF +WAITING +FOR$/)
    expect(lines[1]).toMatch(new RegExp(`^${ID} +stock MUG-BLUE +2 +30 min$`))
    const below = lines.slice(2).join(' ').replaceAll(/\s+/g, ' ').trim()
    expect(below).toBe(`${'a very long error '.repeat(10)}Nothing newer is done there either until this is redriven or set aside.`)
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100)
  })

  it('tells how to try again, and how to set it aside', () => {
    expect(lotLines(lot, [], look).slice(-2)).toEqual([`  npx zyra parked redrive ${ID}`, `  npx zyra parked discard ${ID} --reason ...`])
  })
})
