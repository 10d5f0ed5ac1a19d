import { messages, newKey, sealAll } from '../test/messages.ts'
import { chainOf, compareSeals } from './chain.ts'
import { publicKeyOf, sealHash, signSeal, type Seal } from './seal.ts'

const key = newKey()
const four = (): Seal[] => sealAll(messages(1, 20), 5, { key })
const found = (seals: readonly Seal[], trusted?: readonly string[]) => chainOf(seals, trusted).findings.map(({ kind, sequence }) => [kind, sequence])
const ranges = (seals: readonly Seal[]): string[] => seals.map(({ epoch, first, last }) => `${epoch}:${first}-${last}`)

describe('a chain of seals', () => {
  it('is whole in whatever order its files are found', () => {
    const { line, abandoned, findings } = chainOf(four().toReversed())
    expect(ranges(line)).toEqual(['1:1-5', '1:6-10', '1:11-15', '1:16-20'])
    expect([abandoned, findings]).toEqual([[], []])
  })

  it('shows where a seal is missing, at the beginning too', () => {
    expect(found(four().filter((_, index) => index !== 2))).toEqual([['seal missing', 11]])
    expect(found(four().slice(1))).toEqual([['seal missing', 1]])
  })

  it('shows a seal that was signed again after a change of what came before it', () => {
    const [first, ...rest] = four()
    const { signature, ...statement } = first!
    const changed = signSeal({ ...statement, root: 'a'.repeat(64) }, key)
    expect(signature).not.toBe(changed.signature)
    expect(found([changed, ...rest])).toEqual([['chain broken', 6]])
  })

  it('shows a wrong signature, and does not rely on that seal', () => {
    const seals = four()
    const forged = { ...seals[1]!, root: 'b'.repeat(64) }
    expect(found([seals[0]!, forged, ...seals.slice(2)])).toEqual([['signature', 6], ['seal missing', 6]])
  })

  it('shows another key, unless it is one of those that may sign', () => {
    const other = newKey()
    const seals = sealAll(messages(1, 10), 5, { key })
    const more = sealAll(messages(11, 15), 5, { key: other, after: seals.at(-1)! })
    expect(found([...seals, ...more])).toEqual([['other key', 11]])
    expect(found([...seals, ...more], [publicKeyOf(key), publicKeyOf(other)])).toEqual([])
    expect(found(seals, [publicKeyOf(other)])).toEqual([['other key', 1], ['other key', 6]])
  })

  it('shows ranges that overlap', () => {
    const twice = sealAll(messages(6, 8), 3, { key, after: four()[0]! })
    expect(found([...four(), ...twice])).toContainEqual(['chain broken', 6])
  })

  it('goes on in a new epoch from the seal that still held, and gives up those after it', () => {
    const seals = four()
    const next = sealAll(messages(11, 13), 3, { key, epoch: 2, after: seals[1]! })
    const { line, abandoned, findings } = chainOf([...seals, ...next])
    expect(ranges(line)).toEqual(['1:1-5', '1:6-10', '2:11-13'])
    expect(ranges(abandoned)).toEqual(['1:11-15', '1:16-20'])
    expect(findings).toEqual([])
  })

  it('begins anew where a log was restored from before its first seal', () => {
    const { line, abandoned, findings } = chainOf([...four(), ...sealAll(messages(1, 3), 3, { key, epoch: 2 })])
    expect([ranges(line), abandoned.length, findings]).toEqual([['2:1-3'], 4, []])
  })

  it('shows an epoch that goes on from nothing that is known', () => {
    const seals = four()
    const stranger = { ...seals[1]!, root: 'c'.repeat(64) }
    expect(found([...seals, ...sealAll(messages(11, 13), 3, { key, epoch: 2, after: stranger })])).toEqual([['chain broken', 11]])
    expect(sealHash(stranger)).not.toBe(sealHash(seals[1]!))
  })
})

describe('seals laid beside those of an outside place', () => {
  const kinds = (here: readonly Seal[], there: readonly Seal[]) => compareSeals(here, there).findings.map(({ kind, sequence }) => [kind, sequence])

  it('are the same', () => {
    const seals = four()
    expect(compareSeals(seals, seals)).toEqual({ findings: [], unpublished: 0 })
    expect(compareSeals(seals, seals.slice(0, 3))).toEqual({ findings: [], unpublished: 1 })
  })

  it('show that the end of the log was cut off together with its seals', () => {
    const seals = four()
    expect(kinds(seals.slice(0, 2), seals)).toEqual([['seal missing', 11], ['seal missing', 16]])
    expect(kinds([], seals)).toHaveLength(4)
  })

  it('show a log that was written and sealed anew by whoever has the key', () => {
    const seals = four()
    const anew = sealAll(messages(1, 20).map((one) => ({ ...one, body: Buffer.from('{}') })), 5, { key })
    expect(kinds(anew, seals)).toEqual([['seal changed', 1], ['seal changed', 6], ['seal changed', 11], ['seal changed', 16]])
  })

  it('show a forged seal in the outside place', () => {
    const seals = four()
    expect(kinds(seals, [...seals.slice(0, 3), { ...seals[3]!, root: 'd'.repeat(64) }])).toEqual([['signature', 16]])
  })

  it('need not have what a restore took back', () => {
    const seals = four()
    const restored = [...seals.slice(0, 2), ...sealAll(messages(11, 13), 3, { key, epoch: 2, after: seals[1]! })]
    expect(kinds(restored, seals)).toEqual([])
    expect(kinds(restored.slice(1), seals)).toEqual([['seal missing', 1]])
  })
})
