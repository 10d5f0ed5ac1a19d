import { wrap } from '@zyra/runtime/terminal-text'
import type { Paint, Style } from '../text/paint.ts'
import { count } from '../text/words.ts'
import type { Check } from './checks.ts'

const STYLES: Readonly<Record<Check['status'], Style>> = { ok: 'green', warn: 'yellow', fail: 'red' }

/** A line or more per check: how it is, what it is, and below it what to do. */
export const checkLines = (
  checks: readonly Check[],
  { paint, width }: { readonly paint: Paint; readonly width: number },
): readonly string[] => {
  const widest = Math.max(...checks.map(({ name }) => name.length))
  const indent = ' '.repeat(widest + 8)
  const room = Math.max(30, width - indent.length)
  return checks.flatMap(({ name, status, detail, advice }) => {
    const [first = '', ...rest] = wrap(detail, room)
    return [
      `${paint(STYLES[status], status.padEnd(4))}  ${paint('bold', name.padEnd(widest))}  ${first}`,
      ...rest.map((line) => `${indent}${line}`),
      ...(advice === '' ? [] : wrap(advice, room).map((line) => `${indent}${paint('cyan', line)}`)),
    ]
  })
}

/** All in one line. */
export const verdictLine = (checks: readonly Check[], paint: Paint): string => {
  const [failed, warned] = (['fail', 'warn'] as const).map((status) => checks.filter((check) => check.status === status).length)
  if (failed === 0 && warned === 0) return paint('green', 'All is well.')
  const parts = [...(failed === 0 ? [] : [count(failed ?? 0, 'problem')]), ...(warned === 0 ? [] : [count(warned ?? 0, 'warning')])]
  return paint(failed === 0 ? 'yellow' : 'red', `${parts.join(' and ')}: see what to do above.`)
}
