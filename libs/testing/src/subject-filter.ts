const matchesTokens = (filter: readonly string[], subject: readonly string[]): boolean => {
  if (filter.at(-1) === '>') return subject.length >= filter.length && matchesTokens(filter.slice(0, -1), subject.slice(0, filter.length - 1))
  return filter.length === subject.length && filter.every((token, index) => token === '*' || token === subject[index])
}

/** True if a NATS filter matches a subject: `*` stands for one token, a last `>` for one or more. */
export const matchesFilter = (filter: string, subject: string): boolean => matchesTokens(filter.split('.'), subject.split('.'))
