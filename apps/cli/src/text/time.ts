const MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0')

/** `07:16:24`, with milliseconds if wanted, in the time zone of this machine. */
export const clock = (iso: string, withMs = false): string => {
  const at = new Date(iso)
  return `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}${withMs ? `.${pad(at.getMilliseconds(), 3)}` : ''}`
}

/** `2026-11-20`, in the time zone of this machine. */
export const day = (iso: string): string => {
  const at = new Date(iso)
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`
}

/** The time alone on the day it is, day and time before that. */
export const moment = (iso: string, now: Date): string => (day(iso) === day(now.toISOString()) ? clock(iso) : `${day(iso)} ${clock(iso)}`)

/** `8 ms`, `1.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export const duration = (ms: number): string => {
  const whole = Math.round(ms)
  if (whole < MS.s) return `${whole} ms`
  if (whole < 10 * MS.s) return `${(whole / MS.s).toFixed(1)} s`
  if (whole < MS.m) return `${Math.round(whole / MS.s)} s`
  if (whole < MS.h) return two(whole, MS.m, 'min', MS.s, 's')
  return whole < MS.d ? two(whole, MS.h, 'h', MS.m, 'min') : two(whole, MS.d, 'd', MS.h, 'h')
}

const two = (ms: number, large: number, largeName: string, small: number, smallName: string): string => {
  const rest = Math.floor((ms % large) / small)
  return `${Math.floor(ms / large)} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`
}

/** The forms of time that {@link readTime} takes, for messages and help. */
export const TIMES = 'a time such as 2026-11-20T07:30:00Z, 2026-11-20, 07:30 (today) or 15m (ago; s, m, h or d)'

/**
 * Reads a time as people write it, in the time zone of this machine unless it names another.
 * @returns ms since 1970, or undefined where it is no time
 */
export const readTime = (text: string, now: Date): number | undefined => {
  const ago = /^(\d{1,6})\s?([smhd])$/.exec(text)
  if (ago !== null) return now.getTime() - Number(ago[1]) * MS[ago[2] as keyof typeof MS]
  const today = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text)
  if (today !== null) return new Date(now).setHours(Number(today[1]), Number(today[2]), Number(today[3] ?? 0), 0)
  if (!/^\d{4}-\d\d-\d\d/.test(text) || !Number.isFinite(Date.parse(text))) return undefined
  // A date alone would be taken for midnight in Greenwich.
  return Date.parse(text.length === 10 ? `${text}T00:00:00` : text)
}
