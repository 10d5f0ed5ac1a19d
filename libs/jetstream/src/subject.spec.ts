import fc from 'fast-check'
import { addressOf, decodeToken, encodeToken, subjectOf } from './subject.ts'

const anyId = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.toWellFormed()),
  fc.constantFrom('', '.', '..', '*', '>', 'a.b', 'a/b', 'a b', ' ', '=', '=41', '%41', '🫖', 'é', 'gid://shopify/InventoryItem/820982911946154508', '\r\n'),
)

describe('a subject', () => {
  it('carries any id there and back', () => {
    fc.assert(fc.property(anyId, (id) => expect(decodeToken(encodeToken(id))).toBe(id)), { seed: 7, numRuns: 2_000 })
  })

  it('is legal whatever the ids are, and stands for one address only', () => {
    fc.assert(fc.property(anyId, anyId, (merchant, id) => {
      const address = { merchant, service: 'inventory', aggregate: 'stock', id }
      const subject = subjectOf(address)
      expect(subject).toMatch(/^zyra\.[\w=-]+\.inventory\.stock\.[\w=-]+$/)
      expect(addressOf(subject)).toEqual(address)
    }), { seed: 7, numRuns: 2_000 })
  })

  it('of two different ids is never the same', () => {
    fc.assert(fc.property(anyId, anyId, (one, other) => {
      fc.pre(one !== other)
      expect(encodeToken(one)).not.toBe(encodeToken(other))
    }), { seed: 7, numRuns: 2_000 })
  })

  it.each([
    'zyra.demo.inventory.stock', 'zyra.demo.inventory.stock.1.2', 'other.demo.inventory.stock.1', 'zyra.de mo.inventory.stock.1',
  ])('cannot be %s', (subject) => {
    expect(() => addressOf(subject)).toThrow(RangeError)
  })
})
