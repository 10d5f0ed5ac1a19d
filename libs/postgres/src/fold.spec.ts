import type { AnyProjection, Row } from '@zyra/es'
import { named, recorded, sold, stock } from '../test/stock.ts'
import { ProjectionFailed } from './errors.ts'
import { addressed, addressText, foldBatch } from './fold.ts'

const shop = stock('shop_stock')
const fold = (projection: AnyProjection, events: Parameters<typeof addressed>[1], current: ReadonlyMap<string, Row> = new Map()) =>
  foldBatch(projection, current, addressed(projection, events))
const answering = (answer: (row: Row | undefined) => unknown): AnyProjection => ({
  name: 'shop_any',
  version: 1,
  on: { 'shop.Sold': (row) => answer(row) as Row },
})
const mug = addressText({ merchant: 'demo', key: 'mug' })

describe('folding a batch', () => {
  it('keeps every version that held between two events of the batch', () => {
    const { versions, closings } = fold(shop, [named(1, 'mug', 'BLUE'), sold(2, 'mug', 1), sold(5, 'mug', 2)])
    expect(versions.map(({ from, to, text }) => [from.sequence, to?.sequence, JSON.parse(text)])).toEqual([
      [1, 2, { sku: 'BLUE', sold: 0 }],
      [2, 5, { sku: 'BLUE', sold: 1 }],
      [5, undefined, { sku: 'BLUE', sold: 3 }],
    ])
    expect(closings).toEqual([])
  })

  it('closes the version that was current at the first event that changes it', () => {
    const current = new Map([[mug, { sku: 'BLUE', sold: 4 }]])
    const { versions, closings, gone } = fold(shop, [sold(7, 'mug', 0), sold(8, 'mug', 1)], current)
    expect(closings).toEqual([{ merchant: 'demo', key: 'mug', to: { epoch: 1, sequence: 8 } }])
    expect(versions).toHaveLength(1)
    expect(gone).toEqual([])
  })

  it('writes nothing for an equal row, in whatever order its fields stand', () => {
    const current = new Map([[mug, { b: { y: 1, x: 2 }, a: 1 }]])
    const same = answering(() => ({ a: 1, b: { x: 2, y: 1 }, c: undefined }))
    expect(fold(same, [sold(1, 'mug', 1)], current)).toEqual({ versions: [], closings: [], gone: [] })
  })

  it('ends a row for which the handler answers undefined, and begins it anew', () => {
    const ended = recorded(2, 'mug', { type: 'shop.Discontinued', data: {} })
    const current = new Map([[mug, { sku: 'BLUE', sold: 4 }]])
    expect(fold(shop, [ended], current)).toMatchObject({ versions: [], closings: [{ to: { sequence: 2 } }], gone: [{ key: 'mug' }] })
    expect(fold(shop, [ended, named(3, 'mug', 'RED')], current)).toMatchObject({
      versions: [{ from: { sequence: 3 }, to: undefined, text: '{"sku":"RED","sold":0}' }],
      closings: [{ to: { sequence: 2 } }],
      gone: [],
    })
  })

  it('keeps the rows of merchants apart', () => {
    const other = recorded(2, 'mug', { type: 'shop.Named', data: { sku: 'RED' } }, 'other')
    expect(fold(shop, [named(1, 'mug', 'BLUE'), other]).versions).toHaveLength(2)
  })

  it('hands rows to handlers as they will come back from Postgres', () => {
    const seen: unknown[] = []
    const dated = answering((row) => {
      seen.push(row)
      return { at: new Date(0), nothing: undefined, turn: seen.length }
    })
    fold(dated, [sold(1, 'mug', 1), sold(2, 'mug', 1)])
    expect(seen).toEqual([undefined, { at: '1970-01-01T00:00:00.000Z', turn: 1 }])
  })

  it('replaces what jsonb cannot hold', () => {
    const strange = answering(() => ({ 'nul\u0000': ['a\u0000b', 'half \ud83d', 'whole \ud83d\ude00', 'text \\u0000 \\ud83d'] }))
    const [version] = fold(strange, [sold(1, 'mug', 1)]).versions
    const held = ['a\uFFFDb', 'half \uFFFD', 'whole \ud83d\ude00', 'text \\u0000 \\ud83d']
    expect(JSON.parse(version?.text ?? '')).toEqual({ 'nul\uFFFD': held })
  })

  it('names the event whose handler threw', () => {
    const broken = recorded(9, 'mug', { type: 'shop.Broken', data: {} })
    expect(() => fold(shop, [named(8, 'mug', 'BLUE'), broken])).toThrow(ProjectionFailed)
    expect(() => fold(shop, [broken])).toThrow(
      `Projection shop_stock failed at epoch 1, sequence 9 on shop.Broken ${broken.meta.id}: cannot read this`,
    )
  })

  it.each([
    ['changes a row in place', (row: Row | undefined) => (row === undefined ? { sold: 0 } : Object.assign(row, { sold: 1 })), /read only/],
    ['answers null', () => null, /expected a row/],
    ['answers a list', () => [1], /expected a row/],
    ['is asynchronous', async () => ({ sold: 1 }), /found a promise/],
    ['answers what JSON cannot hold', () => ({ sold: 1n }), /BigInt/],
  ])('refuses a handler that %s', (_, handler, message) => {
    expect(() => fold(answering(handler), [sold(1, 'mug', 1), sold(2, 'mug', 1)])).toThrow(message)
  })

  it.each([['half of a pair', '\ud83d'], ['U+0000', 'a\u0000'], ['too long a text', 'k'.repeat(601)]])('refuses %s as a key', (_, key) => {
    expect(() => fold(shop, [sold(1, key, 1)])).toThrow(/expected a key/)
  })
})
