const MOST = 6

const short = (value: unknown): string => {
  if (Array.isArray(value)) return `${value.length} of them`
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .slice(0, MOST)
      .map(([name, inner]) => `${name} ${short(inner)}`)
      .join(', ')} }`
  const text = String(value)
  // Vendors' times carry nine decimals.
  return text.replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\d*Z$/, '$1Z')
}

/** A command as it is recorded, in a few words: `ObserveLevel location 7712, available 4`. */
export const compact = (json: string): string => {
  try {
    const { type, ...data } = JSON.parse(json) as Record<string, unknown>
    const fields = Object.entries(data)
      .slice(0, MOST)
      .map(([name, value]) => `${name} ${short(value)}`)
    return [String(type), fields.join(', ')].filter((part) => part !== '').join(' ')
  } catch {
    return json
  }
}
