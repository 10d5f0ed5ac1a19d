import { memoryLog } from '@zyra/testing'
import { entry } from '../../test/entries.ts'
import { ALL, matches, readBackwards, readRange, sequenceAsOf, sequenceBefore } from './ranges.ts'

const { signal } = new AbortController()
const START = Date.parse('2026-11-20T08:00:00.000Z')

/** One event a minute, in turns of two subjects. */
const logOf = async (amount: number) => {
  const log = memoryLog()
  for (let n = 1; n <= amount; n += 1) {
    const {
      stored: { subject, envelope, data },
    } = entry(
      'inventory.ReconcileFinished',
      { items: n },
      { sequence: n, id: n % 2 === 0 ? 'even' : 'odd', time: new Date(START + n * 60_000).toISOString() },
    )
    await log.append({ subject, events: [{ envelope, data }] })
  }
  return log
}

const sequencesOf = async (batches: AsyncIterable<readonly { readonly sequence: number }[]>): Promise<number[]> => {
  const found: number[] = []
  for await (const batch of batches) found.push(...batch.map(({ sequence }) => sequence))
  return found
}

describe('a part of the log', () => {
  it('is read from its first to its last event, and reading it ends', async () => {
    const log = await logOf(10)
    expect(await sequencesOf(readRange({ log, filter: ALL, from: 3, to: 7, signal }))).toEqual([3, 4, 5, 6, 7])
    expect(await sequencesOf(readRange({ log, filter: ALL, from: 8, to: 7, signal }))).toEqual([])
  })

  it('ends also where its last event is not wanted, or none is', async () => {
    const log = await logOf(9)
    expect(await sequencesOf(readRange({ log, filter: 'zyra.*.*.*.even', from: 1, to: 9, signal }))).toEqual([2, 4, 6, 8])
    expect(await sequencesOf(readRange({ log, filter: 'zyra.*.gateway.*.*', from: 1, to: 9, signal }))).toEqual([])
  })

  it('can be read from its end', async () => {
    const log = await logOf(9)
    expect(await sequencesOf(readBackwards({ log, filter: 'zyra.*.*.*.odd', from: 1, to: 9, signal }))).toEqual([1, 3, 5, 7, 9])
  })
})

describe('times in the log', () => {
  it('are found by halving', async () => {
    const log = await logOf(30)
    // A minute of disorder is allowed for.
    expect(await sequenceBefore(log, START + 20 * 60_000, 30)).toBe(19)
    expect(await sequenceBefore(log, START - 3_600_000, 30)).toBe(1)
    expect(await sequenceBefore(log, START + 3_600_000, 30)).toBe(31)
  })

  it('tell the last event of then', async () => {
    const log = await logOf(30)
    expect(await sequenceAsOf(log, START + 20 * 60_000, 30, signal)).toBe(20)
    expect(await sequenceAsOf(log, START + 20 * 60_000 + 59_999, 30, signal)).toBe(20)
    expect(await sequenceAsOf(log, START, 30, signal)).toBe(0)
    expect(await sequenceAsOf(log, START + 24 * 3_600_000, 30, signal)).toBe(30)
  })
})

describe('a filter', () => {
  it.each([
    ['zyra.>', 'zyra.demo.a.b.c', true],
    ['zyra.*.a.*.*', 'zyra.demo.a.b.c', true],
    ['zyra.*.b.*.*', 'zyra.demo.a.b.c', false],
    ['zyra.*.a.*', 'zyra.demo.a.b.c', false],
    ['zyra.demo.a.b.c', 'zyra.demo.a.b.c', true],
  ])('%s stands for %s: %s', (filter, subject, expected) => {
    expect(matches(filter, subject)).toBe(expected)
  })
})
