const wrong = [null, 0, -1, 1.5, 1e20, '', 'x', '2026-02-30T00:00:00Z', '2026-11-20T08:00:00.000000000Z', true, [], {}, ['x'], [1]]

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value with each of its parts, at any depth, replaced, removed or added to, one at a time. */
export function* mutantsOf(value) {
  for (const other of wrong) yield other
  if (Array.isArray(value)) {
    for (const [index, part] of value.entries()) for (const mutant of mutantsOf(part)) yield value.with(index, mutant)
  }
  if (!isObject(value)) return
  yield { ...value, unheardOf: 1 }
  for (const [name, part] of Object.entries(value)) {
    const { [name]: removed, ...rest } = value
    yield rest
    for (const mutant of mutantsOf(part)) yield { ...rest, [name]: mutant }
  }
}
