import { median, missedBy, percentile, ratio, spread, verdictOf, type Figure } from './figure.ts'

const figure = (changed: Partial<Figure>): Figure => ({ name: 'x', title: 'x', unit: '/s', values: [100], ...changed })

describe('a figure', () => {
  it('is the middle of its rounds', () => {
    expect(median([30, 10, 20])).toBe(20)
    expect(median([40, 10, 20, 30])).toBe(25)
  })

  it('tells how far its rounds are apart', () => {
    expect(spread([90, 100, 110])).toBeCloseTo(0.1)
  })

  it('has percentiles that are values which were measured', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index)
    expect([percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)]).toEqual([100, 198, 200])
  })

  it.each([
    ['a rate', '/s', [99], 'missed'], ['a rate', '/s', [100], 'met'],
    ['a time', 'ms', [101], 'missed'], ['memory', 'MB', [99], 'met'],
  ] as const)('knows for %s in %s of %j whether 100 is met', (_what, unit, values, verdict) => {
    expect(verdictOf(figure({ unit, values, target: 100 }))).toBe(verdict)
  })

  it('says by how much a target is missed, whichever side is better', () => {
    expect(missedBy(figure({ unit: '/s', values: [75], target: 100 }))).toBe(0.25)
    expect(missedBy(figure({ unit: 's', values: [3], target: 2 }))).toBe(0.5)
    expect(missedBy(figure({ unit: '/s', values: [175], target: 100 }))).toBe(0)
  })

  it('stands beside its floor', () => {
    expect(ratio(figure({ values: [50], floor: { what: 'bare', values: [190, 200, 210] } }))).toBe(0.25)
    expect(ratio(figure({}))).toBeUndefined()
  })
})
