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

/** A chain while it is put together: added to in place, since there are thousands of seals after a year. */
type Draft = { readonly [Part in keyof Chain]: Chain[Part][number][] }

const inOrder = (seals: readonly Seal[]): readonly Seal[] => seals.toSorted((a, b) => a.epoch - b.epoch || a.first - b.first || a.last - b.last)

const nameOf = ({ epoch, first, last }: Seal): string => `the seal of ${span(first, last)}, epoch ${epoch},`

const found = ({ findings }: Draft, kind: Finding['kind'], sequence: number, what: string): void => void findings.push({ kind, sequence, what })

/** A restored log goes on, in a new epoch, from a seal that still holds: what was sealed after it is abandoned. */
const restored = (chain: Draft, seal: Seal): void => {
  const { line, abandoned } = chain
  const from = seal.previous === null ? -1 : line.findLastIndex((one) => sealHash(one) === seal.previous)
  const isKnown = seal.previous === null || from !== -1
  if (isKnown && seal.first === (line[from]?.last ?? 0) + 1) {
    for (const one of line.splice(from + 1)) abandoned.push(one)
    return
  }
  found(chain, 'chain broken', seal.first, `${nameOf(seal)} begins a new epoch and does not go on from any seal that is here`)
  // The line is in order and does not overlap.
  while ((line.at(-1)?.last ?? 0) >= seal.first) line.pop()
}

const follow = (chain: Draft, seal: Seal): void => {
  const before = chain.line.at(-1)
  const expected = (before?.last ?? 0) + 1
  if (before !== undefined && seal.epoch !== before.epoch) restored(chain, seal)
  else if (seal.first > expected) {
    found(chain, 'seal missing', expected, `there is no seal of ${span(expected, seal.first - 1)}, though there are later ones`)
  } else if (seal.first < expected) {
    found(chain, 'chain broken', seal.first, `${nameOf(seal)} overlaps the one before it`)
    return
  } else if (seal.previous !== (before === undefined ? null : sealHash(before))) {
    found(chain, 'chain broken', seal.first, `${nameOf(seal)} names another seal before it than the one that is here`)
  }
  chain.line.push(seal)
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
  const chain: Draft = { line: [], abandoned: [], findings: judged.flatMap(({ findings }) => findings) }
  for (const { seal, findings } of judged) if (findings.every(({ kind }) => kind !== 'signature')) follow(chain, seal)
  return chain
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
