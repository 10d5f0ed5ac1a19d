import { span, type Finding } from './finding.ts'
import { HASH_BYTES, leafHash, type Message } from './leaf.ts'
import { merkleRoot } from './merkle.ts'
import type { Seal } from './seal.ts'

/** The leaves of a sealed range as the log has them now. */
export interface ReadRange {
  readonly seal: Seal
  /** One hash per sequence; zeros where the message is missing. */
  readonly leaves: Uint8Array
  readonly missing: readonly (readonly [first: number, last: number])[]
}

/** Reads a log in order and hands back each sealed range once it is whole. */
export interface LogCheck {
  readonly take: (message: Message) => readonly ReadRange[]
  /** The log has no more messages than these. */
  readonly end: (lastSequence: number) => readonly ReadRange[]
  /** What is wrong outside of sealed ranges, or needs no seal to be seen. */
  readonly findings: () => readonly Finding[]
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** True where the log is as it was sealed. */
export const isIntact = ({ seal, leaves, missing }: ReadRange): boolean => missing.length === 0 && Buffer.from(merkleRoot(leaves)).toString('hex') === seal.root

const missingIn = ([first, last]: readonly [number, number]): Finding =>
  ({ kind: 'missing', sequence: first, what: `${span(first, last)} ${first === last ? 'is' : 'are'} missing from the log` })

/**
 * What is wrong with a sealed range, from its first bad sequence on.
 * @param recorded the leaves as they were when it was sealed; without them, or with wrong ones, a change can only be narrowed down to the range
 */
export const judgeRange = (range: ReadRange, recorded: Uint8Array | undefined): readonly Finding[] => {
  const { seal, leaves, missing } = range
  if (isIntact(range)) {
    if (recorded === undefined || isSame(recorded, leaves)) return []
    return [{ kind: 'leaves', sequence: seal.first, what: `the leaves that were noted of ${span(seal.first, seal.last)} were changed; the log was not` }]
  }
  const gaps = missing.map(missingIn)
  const isGap = (sequence: number): boolean => missing.some(([first, last]) => sequence >= first && sequence <= last)
  const isRecorded = recorded?.length === leaves.length && Buffer.from(merkleRoot(recorded)).toString('hex') === seal.root
  if (!isRecorded) {
    const what = `something in ${span(seal.first, seal.last)} was changed; which one cannot be told without its leaves`
    return gaps.length > 0 ? gaps : [{ kind: 'changed', sequence: seal.first, what }]
  }
  const changed = Array.from({ length: seal.count }, (_, index) => seal.first + index).filter((sequence) => {
    const at = (sequence - seal.first) * HASH_BYTES
    return !isGap(sequence) && !isSame(leaves.subarray(at, at + HASH_BYTES), recorded.subarray(at, at + HASH_BYTES))
  })
  const [first] = changed
  if (first === undefined) return gaps
  const others = changed.length === 1 ? '' : `, and so were ${changed.length - 1} more up to #${changed.at(-1)}`
  return [...gaps, { kind: 'changed', sequence: first, what: `#${first} was changed after it was sealed${others}` }]
}

/**
 * Checks a log against its seals while it is read from the first sealed sequence on. Keeps the hashes of one range, and nothing else.
 * @param line the seals that hold, in order
 */
export const checkLog = (line: readonly Seal[]): LogCheck => {
  const findings: Finding[] = []
  let next = line[0]?.first ?? 1
  let index = 0
  let leaves: Uint8Array | undefined
  let missing: [number, number][] = []

  /** Notes one sequence, and answers its range where that is whole with it. */
  const note = (leaf: Uint8Array | undefined): readonly ReadRange[] => {
    const sequence = next
    next += 1
    const seal = line[index]
    if (seal === undefined || sequence < seal.first) return []
    leaves ??= new Uint8Array(seal.count * HASH_BYTES)
    const before = missing.at(-1)
    if (leaf !== undefined) leaves.set(leaf, (sequence - seal.first) * HASH_BYTES)
    else if (before?.[1] === sequence - 1) before[1] = sequence
    else missing.push([sequence, sequence])
    if (sequence < seal.last) return []
    const done = { seal, leaves, missing }
    index += 1
    leaves = undefined
    missing = []
    return [done]
  }

  const sealed = (sequence: number): boolean => {
    const seal = line[index]
    return seal !== undefined && sequence >= seal.first
  }

  /** Everything before `sequence` is missing. */
  const skipTo = (sequence: number): readonly ReadRange[] => {
    const done: ReadRange[] = []
    while (next < sequence) {
      if (sealed(next)) {
        done.push(...note(undefined))
        continue
      }
      const end = Math.min(sequence, line[index]?.first ?? sequence) - 1
      findings.push(missingIn([next, end]))
      next = end + 1
    }
    return done
  }

  return {
    take: (message) => {
      if (message.sequence < next) {
        findings.push({ kind: 'extra', sequence: message.sequence, what: `#${message.sequence} stands where the log has no place for it` })
        return []
      }
      const skipped = skipTo(message.sequence)
      return [...skipped, ...note(sealed(message.sequence) ? leafHash(message) : undefined)]
    },
    end: (lastSequence) => {
      const sealedTo = line.at(-1)?.last ?? 0
      if (lastSequence < sealedTo) {
        findings.push({ kind: 'shorter', sequence: lastSequence + 1, what: `the log ends at #${lastSequence}, and was sealed up to #${sealedTo}` })
      }
      return skipTo(Math.max(lastSequence, sealedTo) + 1)
    },
    findings: () => findings,
  }
}
