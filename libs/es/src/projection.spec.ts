import { applyToRow, projection, rowKey, type DomainEvent, type Recorded } from './index.ts'

type PriceEvent = DomainEvent<'shop.Priced', { readonly sku: string; readonly minor: string }> | DomainEvent<'shop.Dropped', { readonly sku: string }>

const handlers = {
  'shop.Priced': (row: { readonly minor: string; readonly times: number } | undefined, { data }: { readonly data: { readonly minor: string } }) =>
    ({ minor: data.minor, times: (row?.times ?? 0) + 1 }),
  'shop.Dropped': () => undefined,
}
const prices = projection<PriceEvent, { readonly minor: string; readonly times: number }>({ name: 'shop_prices', version: 1, on: handlers })
const bySku = projection<PriceEvent, { readonly minor: string; readonly times: number }>({ ...prices, key: ({ data }) => data.sku })

const recorded = <E extends DomainEvent>(event: E): Recorded<E> => ({
  ...event,
  meta: {
    id: 'id', time: '2026-11-20T08:00:00.000Z', merchant: 'demo', service: 'shop', aggregate: 'price', aggregateId: '7', epoch: 1, sequence: 1,
    correlationId: 'id', causationId: 'id', actor: 'spec', backfill: false,
  },
})
const priced = (minor: string) => recorded({ type: 'shop.Priced', data: { sku: 'MUG', minor } })

describe('a projection', () => {
  it('makes a row of the first event, and the next row of the row before', () => {
    const first = applyToRow(prices, undefined, priced('1450'))
    expect(first).toEqual({ minor: '1450', times: 1 })
    expect(applyToRow(prices, first, priced('1600'))).toEqual({ minor: '1600', times: 2 })
  })

  it('lets a row go', () => {
    expect(applyToRow(prices, { minor: '1450', times: 1 }, recorded({ type: 'shop.Dropped', data: { sku: 'MUG' } }))).toBeUndefined()
  })

  it('leaves the row as it is for events that it does not know, down to the very object', () => {
    const row = { minor: '1450', times: 1 }
    expect(applyToRow(prices, row, recorded({ type: 'shop.Painted', data: null }))).toBe(row)
    expect(applyToRow(prices, undefined, recorded({ type: 'shop.Painted', data: null }))).toBeUndefined()
  })

  it('keys its rows by the aggregate, unless it says otherwise', () => {
    expect(rowKey(prices, priced('1450'))).toBe('7')
    expect(rowKey(bySku, priced('1450'))).toBe('MUG')
  })

  it('cannot be changed once it is declared', () => {
    expect(() => Object.assign(prices, { version: 2 })).toThrow(TypeError)
  })
})
