/** What can be wrong with a log or with its seals. */
export type FindingKind =
  | 'changed' | 'missing' | 'extra' | 'shorter' | 'object' | 'leaves' | 'signature' | 'seal changed' | 'seal missing' | 'chain broken' | 'other key'

/** One thing that is wrong. */
export interface Finding {
  readonly kind: FindingKind
  /** The first sequence that it concerns. */
  readonly sequence: number
  /** One sentence. */
  readonly what: string
}

/** The findings in the log's order. */
export const inOrder = (findings: readonly Finding[]): readonly Finding[] => findings.toSorted((a, b) => a.sequence - b.sequence)

/** `#5`, or `#5 to #9`. */
export const span = (first: number, last: number): string => (first === last ? `#${first}` : `#${first} to #${last}`)
