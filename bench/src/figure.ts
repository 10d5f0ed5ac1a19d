/** What a figure counts in, and whether more of it is better. */
export type Unit = '/s' | 'ms' | 's' | 'MB'

/** The barest program that could do the same work on this machine, measured in the same run. */
export interface Floor {
  readonly what: string
  /** One value per round, in the figure's unit. */
  readonly values: readonly number[]
}

/** One thing that was measured, in several rounds. */
export interface Figure {
  readonly name: string
  readonly title: string
  readonly unit: Unit
  /** One value per round. */
  readonly values: readonly number[]
  /** At least so much where the unit is `/s`, at most so much otherwise. */
  readonly target?: number
  readonly floor?: Floor
  /** Who used the processor meanwhile, and the like. */
  readonly note?: string
}

/** What became of a figure's target. */
export type Verdict = 'met' | 'missed' | 'no target'

/** The middle one of some values; the mean of the two middle ones where their number is even. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other)
  const [low = NaN, high = NaN] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]]
  return (low + high) / 2
}

/** The smallest value that is not below this share of them (nearest rank), 0 < share <= 1. */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? NaN

/** Half the distance between the best and the worst round, as a share of the median: 0.1 reads "plus or minus 10 %". */
export const spread = (values: readonly number[]): number => (Math.max(...values) - Math.min(...values)) / 2 / median(values)

/** The figure over its floor: what part of the bare machine is left, or how many times as long it takes. Undefined without a floor. */
export const ratio = ({ values, floor }: Figure): number | undefined => (floor === undefined ? undefined : median(values) / median(floor.values))

export const verdictOf = ({ unit, values, target }: Figure): Verdict => {
  if (target === undefined) return 'no target'
  const value = median(values)
  return (unit === '/s' ? value >= target : value <= target) ? 'met' : 'missed'
}

/** How far a missed target is away, as a share of the target; 0 where it is met or there is none. */
export const missedBy = (figure: Figure): number =>
  verdictOf(figure) === 'missed' && figure.target !== undefined ? Math.abs(median(figure.values) - figure.target) / figure.target : 0
