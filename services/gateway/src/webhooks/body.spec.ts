import fc from 'fast-check'
import { storedBody, type StoredBody } from './body.ts'

const bytesOf = ({ body, bodyEncoding }: StoredBody): Buffer => Buffer.from(body, bodyEncoding)
const settings = { seed: 20261120, numRuns: 500 }

describe('a body as it is kept', () => {
  it('comes back byte for byte, whatever it was', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (raw) => {
      expect(bytesOf(storedBody(raw)).equals(raw)).toBe(true)
    }), settings)
  })

  it('is readable where it is text', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(storedBody(Buffer.from(text, 'utf8'))).toEqual({ body: text, bodyEncoding: 'utf8' })
    }), settings)
  })

  it.each([
    ['a byte that is never part of UTF-8', [0x7B, 0xFF, 0x7D]],
    ['a character that was cut off', [0xE2, 0x82]],
    ['half of a surrogate pair', [0xED, 0xA0, 0x80]],
    ['a character that is longer than it need be', [0xC0, 0xAF]],
  ])('is kept as base64 where it holds %s', (_what, bytes) => {
    expect(storedBody(Uint8Array.from(bytes)).bodyEncoding).toBe('base64')
  })

  it.each([
    ['nothing', []],
    ['a null character', [0]],
    ['a byte order mark', [0xEF, 0xBB, 0xBF, 0x7B, 0x7D]],
    ['the replacement character itself', [0xEF, 0xBF, 0xBD]],
  ])('keeps %s as text', (_what, bytes) => {
    const kept = storedBody(Uint8Array.from(bytes))
    expect(kept.bodyEncoding).toBe('utf8')
    expect([...bytesOf(kept)]).toEqual(bytes)
  })

  it('is the part of a larger buffer that it is', () => {
    expect(storedBody(Buffer.from('xx{}xx').subarray(2, 4))).toEqual({ body: '{}', bodyEncoding: 'utf8' })
  })
})
