const RFC3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/

/**
 * A time in UTC with exactly nine digits of a second (`2026-11-20T06:29:01.123456789Z`), so that comparing two as strings compares the
 * times. Shopify sends nanoseconds, which `Date` would cut off. Undefined when the text is no RFC 3339 time.
 */
export function instant(text: string): string | undefined {
  const [, wholeSeconds, fraction = '', zone] = RFC3339.exec(text.trim()) ?? []
  if (wholeSeconds === undefined || zone === undefined) return undefined
  const millis = Date.parse(`${wholeSeconds}${zone}`)
  const utc = Number.isNaN(millis) ? '' : new Date(millis).toISOString()
  // A year of more than four digits would no longer compare as a string.
  return utc.length === 24 ? `${utc.slice(0, 19)}.${fraction.padEnd(9, '0')}Z` : undefined
}
