/** How many calls Etsy allows and how many are left, as its newest answer said. The values differ from app to app. */
export type Limits = {
  readonly perSecond?: { readonly limit: number; readonly remaining: number }
  /** The last 24 hours, sliding. */
  readonly perDay?: { readonly limit: number; readonly remaining: number }
}

/**
 * Reads the rate-limit headers; undefined when the answer has none (429 answers often have none).
 * Etsy's page on rate limits spells one of them `x-remaining-this-secon`; `x-remaining-this-second` has been seen on the wire.
 */
export const readLimits = (headers: Headers): Limits | undefined => {
  const number = (...names: readonly string[]) => {
    const text = names.map((name) => headers.get(name)).find((value) => value !== null)
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
  }
  const pair = (limit: number | undefined, remaining: number | undefined) =>
    limit === undefined || remaining === undefined ? undefined : { limit, remaining }

  const perSecond = pair(number('x-limit-per-second'), number('x-remaining-this-secon', 'x-remaining-this-second'))
  const perDay = pair(number('x-limit-per-day'), number('x-remaining-today'))
  return perSecond || perDay ? { ...(perSecond && { perSecond }), ...(perDay && { perDay }) } : undefined
}

/** Without a Retry-After: the next second, or a quarter of an hour (the daily window slides, so a little frees up all the time). */
const defaultRetryMs = { second: 1000, day: 15 * 60 * 1000 }

/** What a 429 means. Etsy words it "Exceeded per second rate limit" or "Exceeded daily rate limit". */
export const readRateLimited = (headers: Headers, reason: string, now: Date) => {
  const scope: 'second' | 'day' = /dai?ly|day/i.test(reason) || headers.get('x-remaining-today') === '0' ? 'day' : 'second'
  return { kind: 'rate-limited' as const, scope, retryAfterMs: readRetryAfter(headers.get('retry-after'), now) ?? defaultRetryMs[scope] }
}

const readRetryAfter = (text: string | null, now: Date): number | undefined => {
  if (text === null) return undefined
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime())
}
