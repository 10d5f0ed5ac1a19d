import { span, type Finding } from './finding.ts'
import { isSigned, sealHash, type Seal } from './seal.ts'

/** The seals that hold for a log as it stands, and what is wrong with them. */
export interface Chain {
  /** From the first sealed sequence on, without overlap. */
  readonly line: readonly Seal[]
  /** Seals of an earlier epoch over what is no longer in the log, since it was restored from before them. */
  readonly abandoned: readonly Seal[]
  readonly findings: readonly Finding[]
}

const EMPTY: Chain = { line: [], abandoned: [], findings: [] }

const inOrder = (seals: readonly Seal[]): readonly Seal[] => seals.toSorted((a, b) => a.epoch - b.epoch || a.first - b.first || a.last - b.last)

const nameOf = ({ epoch, first, last }: Seal): string => `the seal of ${span(first, last)}, epoch ${epoch},`

const found = (chain: Chain, kind: Finding['kind'], sequence: number, what: string): Chain =>
  ({ ...chain, findings: [...chain.findings, { kind, sequence, what }] })

const onto = (chain: Chain, seal: Seal): Chain => ({ ...chain, line: [...chain.line, seal] })

/** A restored log goes on, in a new epoch, from a seal that still holds: what was sealed after it is abandoned. */
const restored = (chain: Chain, seal: Seal): Chain => {
  const from = seal.previous === null ? -1 : chain.line.findLastIndex((one) => sealHash(one) === seal.previous)
  const isKnown = seal.previous === null || from !== -1
  const kept = { ...chain, line: chain.line.slice(0, from + 1), abandoned: [...chain.abandoned, ...chain.line.slice(from + 1)] }
  if (isKnown && seal.first === (kept.line.at(-1)?.last ?? 0) + 1) return onto(kept, seal)
  const what = `${nameOf(seal)} begins a new epoch and does not go on from any seal that is here`
  return onto(found({ ...chain, line: chain.line.filter(({ last }) => last < seal.first) }, 'chain broken', seal.first, what), seal)
}

const follow = (chain: Chain, seal: Seal): Chain => {
  const before = chain.line.at(-1)
  if (before !== undefined && seal.epoch !== before.epoch) return restored(chain, seal)
  const expected = (before?.last ?? 0) + 1
  if (seal.first > expected) {
    return onto(found(chain, 'seal missing', expected, `there is no seal of ${span(expected, seal.first - 1)}, though there are later ones`), seal)
  }
  if (seal.first < expected) return found(chain, 'chain broken', seal.first, `${nameOf(seal)} overlaps the one before it`)
  if (seal.previous === (before === undefined ? null : sealHash(before))) return onto(chain, seal)
  return onto(found(chain, 'chain broken', seal.first, `${nameOf(seal)} names another seal before it than the one that is here`), seal)
}

const signed = (seal: Seal, keys: ReadonlySet<string>): readonly Finding[] => {
  if (!isSigned(seal)) return [{ kind: 'signature', sequence: seal.first, what: `the signature of ${nameOf(seal)} is wrong` }]
  if (keys.has(seal.key)) return []
  return [{ kind: 'other key', sequence: seal.first, what: `${nameOf(seal)} is signed with another key, ${seal.key}` }]
}

/**
 * Orders seals to a chain from the first sequence on and says what is wrong with it. A seal that is not rightly signed is left out of the line.
 * @param trusted the public keys that may sign, hex; by default the key of the first seal
 */
export const chainOf = (seals: readonly Seal[], trusted?: readonly string[]): Chain => {
  const ordered = inOrder(seals)
  const keys = new Set(trusted ?? ordered.slice(0, 1).map(({ key }) => key))
  const judged = ordered.map((seal) => ({ seal, findings: signed(seal, keys) }))
  const rightly = judged.filter(({ findings }) => findings.every(({ kind }) => kind !== 'signature')).map(({ seal }) => seal)
  return rightly.reduce(follow, { ...EMPTY, findings: judged.flatMap(({ findings }) => findings) })
}

/**
 * Compares the seals that are here with those of a place that nobody here can change.
 * @returns what is wrong here, and how many of the seals here are not there yet
 */
export const compareSeals = (here: readonly Seal[], there: readonly Seal[]): { readonly findings: readonly Finding[]; readonly unpublished: number } => {
  const known = new Set(here.map(sealHash))
  const outside = new Set(there.map(sealHash))
  const { epoch = 0 } = inOrder(here).at(-1) ?? {}
  const begun = Math.min(...here.filter((seal) => seal.epoch === epoch).map(({ first }) => first))
  // A restore goes back behind seals that were published: the new epoch says so itself.
  const isAbandoned = (seal: Seal): boolean => seal.epoch < epoch && seal.last >= begun
  const findings = inOrder(there).filter((seal) => !known.has(sealHash(seal)) && !isAbandoned(seal)).map((seal): Finding => {
    if (!isSigned(seal)) return { kind: 'signature', sequence: seal.first, what: `the signature of ${nameOf(seal)} is wrong in the outside place` }
    const other = here.some(({ epoch: e, first }) => e === seal.epoch && first === seal.first)
    const what = other ? `${nameOf(seal)} says something else here than in the outside place` : `${nameOf(seal)} is in the outside place and not here`
    return { kind: other ? 'seal changed' : 'seal missing', sequence: seal.first, what }
  })
  return { findings, unpublished: here.filter((seal) => !outside.has(sealHash(seal))).length }
}
