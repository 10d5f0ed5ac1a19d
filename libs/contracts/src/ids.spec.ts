import fc from 'fast-check'
import { entryId, envelope, eventId, type EventIdParts } from './index.ts'

const seed = 20261120
const parts: fc.Arbitrary<EventIdParts> = fc.record({
  causationId: fc.uuid(),
  handler: fc.stringMatching(/^[a-z]+(-[a-z]+){0,3}(\/\d{1,3})?$/),
  attempt: fc.integer({ min: 1, max: 50 }),
  index: fc.nat({ max: 500 }),
})

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

describe('the id of an event', () => {
  it('is the same whenever the same cause is handled by the same handler in the same attempt', () => {
    fc.assert(fc.property(parts, (one) => eventId(one) === eventId({ ...one })), { seed })
  })

  it('differs as soon as one of these differs', () => {
    fc.assert(fc.property(parts, parts, (a, b) => {
      const { causationId, handler, attempt, index } = b
      const mixed: EventIdParts[] = [a, b, { ...a, causationId }, { ...a, handler }, { ...a, attempt }, { ...a, index }]
      for (const one of mixed) for (const other of mixed) expect(eventId(one) === eventId(other)).toBe(one === other || sameParts(one, other))
    }), { seed })
  })

  it('is what an envelope takes as an id', () => {
    fc.assert(fc.property(parts, (one) => envelope.shape.id.safeParse(eventId(one)).success), { seed })
  })

  it('never changes from release to release, since the log is full of them', () => {
    const causationId = '3f786850-e387-550d-bab8-d7b1a4c6c0de'
    expect(eventId({ causationId, handler: 'mirror-shopify-stock', attempt: 1, index: 0 })).toBe('38b19ca8-2cfa-53bb-898f-44a66b3b26ae')
    expect(entryId('shopify', 'clay-and-kiln.myshopify.com', 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043')).toBe('38016502-14e8-58e8-8d3f-6ec8a1acf3c1')
  })
})

const sameParts = (a: EventIdParts, b: EventIdParts): boolean =>
  a.causationId === b.causationId && a.handler === b.handler && a.attempt === b.attempt && a.index === b.index

describe('the id of what enters from outside', () => {
  const names = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 4 })

  it('is the same for the same names, and another for others, however they are cut', () => {
    fc.assert(fc.property(names, names, (a, b) => (entryId(...a) === entryId(...b)) === same(a, b)), { seed })
    expect(entryId('a', 'b')).not.toBe(entryId('a|b'))
    expect(entryId('a', '')).not.toBe(entryId('a'))
  })
})
