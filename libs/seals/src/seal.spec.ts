import { messages, newKey, sealAll } from '../test/messages.ts'
import { formatSeal, isSigned, parseSeal, publicKeyOf, sealHash, signSeal, statementBytes, type Seal } from './seal.ts'

const sealed = (): Seal => sealAll(messages(1, 5), 5)[0]!

describe('a seal', () => {
  it('signs its fields as lines in a fixed order', () => {
    const seal = sealed()
    expect(statementBytes(seal).toString()).toBe(
      `zyra-seal\nversion 1\nepoch 1\nfirst 1\nlast 5\ncount 5\nroot ${seal.root}\nprevious -\ntime ${seal.time}\nkey ${seal.key}\n`,
    )
  })

  it('holds with the key that it names, and with no other', () => {
    const seal = sealed()
    expect(isSigned(seal)).toBe(true)
    expect(isSigned({ ...seal, key: publicKeyOf(newKey()) })).toBe(false)
    expect(isSigned(signSeal(seal, newKey()))).toBe(false)
  })

  it.each([
    ['epoch', 2], ['first', 2], ['last', 6], ['count', 6], ['root', '0'.repeat(64)], ['previous', '0'.repeat(64)], ['time', '2026-11-20T09:00:00.001Z'],
  ])('does not hold with another %s', (field, value) => {
    expect(isSigned({ ...sealed(), [field]: value })).toBe(false)
  })

  it('is known by a hash of what is signed', () => {
    const seal = sealed()
    expect(sealHash(seal)).toMatch(/^[0-9a-f]{64}$/)
    expect(sealHash({ ...seal, last: 6 })).not.toBe(sealHash(seal))
  })

  it('is read from its file as it was written', () => {
    const seal = sealed()
    expect(parseSeal(formatSeal(seal))).toEqual(seal)
  })

  it('is not read from a file in which any bit is another', () => {
    const seal = sealed()
    const bytes = Buffer.from(formatSeal(seal))
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      const read = parseSeal(changed.toString('utf8'))
      expect(read === undefined || !isSigned(read)).toBe(true)
    }
  })
})
