import type { EtsyFakeState } from './state.ts'

export type MeterLimits = { readonly perSecond: number; readonly perDay: number }

/** 12 blocks of two hours make the sliding window of 24. */
const blockMs = 2 * 60 * 60 * 1000
const blocks = 12

export type Metered =
  | { readonly allowed: true; readonly headers: Readonly<Record<string, string>> }
  | { readonly allowed: false; readonly error: string; readonly retryAfterSeconds: number }

/**
 * Counts calls per key, first by second, then by day, as https://developers.etsy.com/documentation/essentials/rate-limits describes. The
 * second header's name is spelled as it is spelled there.
 */
export const createMeter = (limits: MeterLimits) => {
  let second = { number: 0, count: 0 }
  return (state: EtsyFakeState, now: Date): Metered => {
    const number = Math.floor(now.getTime() / 1000)
    if (second.number !== number) second = { number, count: 0 }
    if (second.count >= limits.perSecond) return { allowed: false, error: 'Exceeded per second rate limit', retryAfterSeconds: 1 }

    const block = Math.floor(now.getTime() / blockMs)
    state.calls = state.calls.filter((one) => one.block > block - blocks)
    const today = state.calls.reduce((sum, { count }) => sum + count, 0)
    const oldest = state.calls[0]
    if (oldest && today >= limits.perDay) {
      const freeAt = (oldest.block + blocks) * blockMs
      return { allowed: false, error: 'Exceeded daily rate limit', retryAfterSeconds: Math.ceil((freeAt - now.getTime()) / 1000) }
    }

    second.count += 1
    const current = state.calls.find((one) => one.block === block)
    if (current) current.count += 1
    else state.calls.push({ block, count: 1 })
    return {
      allowed: true,
      headers: {
        'x-limit-per-second': String(limits.perSecond),
        'x-remaining-this-secon': String(limits.perSecond - second.count),
        'x-limit-per-day': String(limits.perDay),
        'x-remaining-today': String(limits.perDay - today - 1),
      },
    }
  }
}
