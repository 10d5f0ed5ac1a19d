import { leavesOf, message, messages, sealAll, seeded } from '../test/messages.ts'
import { checkLog, judgeRange, type ReadRange } from './check.ts'
import type { Finding } from './finding.ts'
import { sealedHeaders, type Message } from './leaf.ts'

const SIZE = 20
const LAST = 100
const original = messages(1, LAST)
const line = sealAll(original, SIZE)
const recorded = new Map(line.map((seal) => [seal.first, leavesOf(messages(seal.first, seal.last))]))

/** What is found in a log that should be the original. */
const findingsIn = (log: readonly Message[], { last = log.at(-1)?.sequence ?? 0, leaves = recorded } = {}): readonly Finding[] => {
  const check = checkLog(line)
  const ranges: ReadRange[] = log.flatMap((one) => check.take(one))
  ranges.push(...check.end(last))
  return [...ranges.flatMap((range) => judgeRange(range, leaves.get(range.seal.first))), ...check.findings()].toSorted((a, b) => a.sequence - b.sequence)
}
const firstBad = (log: readonly Message[], last?: number): string => {
  const [first] = findingsIn(log, last === undefined ? {} : { last })
  return first === undefined ? 'nothing' : `${first.kind} ${first.sequence}`
}
const changedAt = (sequence: number, change: Partial<Message>): Message[] => original.map((one) => (one.sequence === sequence ? { ...one, ...change } : one))
const without = (...sequences: readonly number[]): Message[] => original.filter(({ sequence }) => !sequences.includes(sequence))

describe('a log that is checked against its seals', () => {
  it('is well as it was sealed, with a tail that is not sealed yet', () => {
    expect(findingsIn(original)).toEqual([])
    expect(findingsIn([...original, ...messages(101, 107)])).toEqual([])
  })

  it.each([
    ['a body', changedAt(47, { body: Buffer.from('{}') }), 'changed 47'],
    ['a subject', changedAt(1, { subject: 'zyra.demo.inventory.stock.x' }), 'changed 1'],
    ['a header', changedAt(100, { headers: Buffer.from(String(message(100).headers).replace('policy', 'reactor')) }), 'changed 100'],
    ['a missing event', without(33), 'missing 33'],
    ['the first event missing', without(1), 'missing 1'],
    ['the last event of a range missing', without(40), 'missing 40'],
    ['a whole range missing', original.filter(({ sequence }) => sequence <= 20 || sequence > 60), 'missing 21'],
    ['an event twice', [...original.slice(0, 5), ...original.slice(4)], 'extra 5'],
    ['a missing event before a changed one', changedAt(47, { body: Buffer.from('{}') }).filter(({ sequence }) => sequence !== 44), 'missing 44'],
    ['a changed event before a missing one', changedAt(43, { body: Buffer.from('{}') }).filter(({ sequence }) => sequence !== 44), 'changed 43'],
    ['a hole in the tail', [...original, message(101), message(103)], 'missing 102'],
  ])('shows %s', (_, log, expected) => {
    expect(firstBad(log)).toBe(expected)
  })

  it('shows that its end was cut off', () => {
    expect(findingsIn(original.slice(0, 70)).map(({ kind, sequence }) => [kind, sequence])).toEqual([['missing', 71], ['shorter', 71], ['missing', 81]])
    expect(firstBad([])).toBe('missing 1')
    expect(firstBad([...original, message(101)], 103)).toBe('missing 102')
  })

  it('shows an event that was put in, with those after it moved on by one', () => {
    const after = original.slice(49).map((one) => ({ ...one, sequence: one.sequence + 1 }))
    const moved = [...original.slice(0, 49), { ...message(50), body: Buffer.from('{"forged":true}') }, ...after]
    expect(firstBad(moved)).toBe('changed 50')
  })

  it('names only the range where the leaves are gone, or were changed as well', () => {
    const log = changedAt(47, { body: Buffer.from('{}') })
    expect(findingsIn(log, { leaves: new Map() }).map(({ kind, sequence }) => [kind, sequence])).toEqual([['changed', 41]])
    const forged = new Map([[41, leavesOf(log.slice(40, 60))]])
    expect(findingsIn(log, { leaves: forged })[0]).toEqual({
      kind: 'changed', sequence: 41, what: 'something in #41 to #60 was changed; which one cannot be told without its leaves',
    })
  })

  it('shows leaves that were changed under a log that was not', () => {
    const forged = new Map([...recorded, [21, leavesOf(messages(1, 20))]])
    expect(findingsIn(original, { leaves: forged }).map(({ kind, sequence }) => [kind, sequence])).toEqual([['leaves', 21]])
  })

  it('counts what else was changed', () => {
    const log = original.map((one) => ([5, 7, 19].includes(one.sequence) ? { ...one, body: Buffer.from('{}') } : one))
    expect(findingsIn(log)).toEqual([{ kind: 'changed', sequence: 5, what: '#5 was changed after it was sealed, and so were 2 more up to #19' }])
  })
})

describe('10,000 seeded changes of a sealed log', () => {
  const random = seeded(20_261_120)
  const pick = (below: number): number => Math.floor(random() * below)
  const flipped = (bytes: Uint8Array): Uint8Array => {
    const changed = Uint8Array.from(bytes)
    const bit = pick(changed.length * 8)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    return changed
  }
  const withFlip = (one: Message): Message => {
    const part = pick(3)
    if (part === 0) return { ...one, headers: flipped(one.headers) }
    if (part === 1) return { ...one, body: flipped(one.body) }
    return { ...one, subject: Buffer.from(flipped(Buffer.from(one.subject))).toString('latin1') }
  }
  const sealedText = (one: Message): string => sealedHeaders(one).map((each) => each.toString('latin1')).join('\n')
  const isCondition = (before: Message, after: Message): boolean =>
    before.subject === after.subject && before.body === after.body && sealedText(before) === sealedText(after)

  /** One seal's part of the log, so that each change costs as little as it can. */
  const judged = (log: readonly Message[], from: number): readonly Finding[] => {
    const check = checkLog(line.filter(({ first }) => first === from))
    const ranges = [...log.flatMap((one) => check.take(one)), ...check.end(from + SIZE - 1)]
    return [...ranges.flatMap((range) => judgeRange(range, recorded.get(from))), ...check.findings()].toSorted((a, b) => a.sequence - b.sequence)
  }

  it('are all found, and the first bad sequence is named, but for flips in the conditions of one publish, which are not sealed', () => {
    const counts = { flips: 0, conditions: 0, drops: 0, swaps: 0, repeats: 0, missed: 0 }
    for (let round = 0; round < 10_000; round += 1) {
      const seal = line[pick(line.length)]!
      const range = original.slice(seal.first - 1, seal.last)
      const at = pick(range.length)
      const kind = pick(20)
      const sequence = seal.first + at
      if (kind > 2) {
        const changed = withFlip(range[at]!)
        const findings = judged(range.with(at, changed), seal.first)
        const expected = isCondition(range[at]!, changed) ? 'conditions' : 'flips'
        counts[expected] += 1
        if (expected === 'flips' && findings[0]?.sequence !== sequence) counts.missed += 1
        if (expected === 'conditions' && findings.length > 0) counts.missed += 1
        continue
      }
      const other = (at + 1 + pick(range.length - 1)) % range.length
      const [one, two] = [range[at]!, range[other]!]
      const log = kind === 0 ? range.toSpliced(at, 1)
        : kind === 1 ? range.with(at, { ...two, sequence: one.sequence }).with(other, { ...one, sequence: two.sequence })
          : range.toSpliced(at, 0, one)
      counts[kind === 0 ? 'drops' : kind === 1 ? 'swaps' : 'repeats'] += 1
      if (judged(log, seal.first)[0]?.sequence !== (kind === 1 ? Math.min(sequence, seal.first + other) : sequence)) counts.missed += 1
    }
    expect(counts.flips + counts.conditions + counts.drops + counts.swaps + counts.repeats).toBe(10_000)
    expect(counts).toMatchObject({ missed: 0 })
    expect(Math.min(counts.flips / 7_000, counts.conditions / 100, counts.drops / 300, counts.swaps / 300, counts.repeats / 300)).toBeGreaterThan(1)
  }, 60_000)
})
