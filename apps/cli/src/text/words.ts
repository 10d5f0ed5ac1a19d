/** A number of things in words: `1 event`, `2 events`, `1,200 entries`. */
export const count = (amount: number, one: string, many = `${one}s`): string => `${thousands(amount)} ${amount === 1 ? one : many}`

/** 1234567 as `1,234,567`. */
export const thousands = (amount: number): string => amount.toLocaleString('en-US')

/** Bytes as people say them. */
export const bytes = (amount: number): string => {
  const [unit, size] = amount >= 1e9 ? (['GB', 1e9] as const) : amount >= 1e6 ? (['MB', 1e6] as const) : (['KB', 1e3] as const)
  return `${(amount / size).toFixed(amount / size >= 100 ? 0 : 1)} ${unit}`
}

const distance = (a: string, b: string): number => {
  const first = Array.from({ length: b.length + 1 }, (_, column) => column)
  return (
    [...a]
      .reduce((above, letter, row) => {
        let left = row + 1
        const below = [left]
        for (const [column, other] of [...b].entries()) {
          left = Math.min(left + 1, (above[column + 1] ?? 0) + 1, (above[column] ?? 0) + (letter === other ? 0 : 1))
          below.push(left)
        }
        return below
      }, first)
      .at(-1) ?? 0
  )
}

const MOST = 4

/** The candidates that somebody may have meant, the likeliest first: those that begin or go on alike, then those of a few wrong letters. */
export const nearest = (meant: string, candidates: readonly string[]): readonly string[] => {
  const wanted = meant.toLowerCase()
  const ranked = [...new Set(candidates)].flatMap((candidate) => {
    const found = candidate.toLowerCase()
    if (found.startsWith(wanted)) return [{ candidate, rank: 0 }]
    if (wanted.length > 1 && found.includes(wanted)) return [{ candidate, rank: 1 }]
    const letters = distance(wanted, found)
    return letters <= Math.max(1, Math.floor(Math.max(wanted.length, found.length) / 3)) ? [{ candidate, rank: 1 + letters }] : []
  })
  return ranked
    .toSorted((a, b) => a.rank - b.rank || a.candidate.localeCompare(b.candidate))
    .slice(0, MOST)
    .map(({ candidate }) => candidate)
}

/** ` Did you mean A, B or C?`, or nothing where nothing is near. */
export const didYouMean = (meant: string, candidates: readonly string[]): string => {
  const near = nearest(meant, candidates)
  const last = near.at(-1)
  if (last === undefined) return ''
  return ` Did you mean ${near.length === 1 ? last : `${near.slice(0, -1).join(', ')} or ${last}`}?`
}
