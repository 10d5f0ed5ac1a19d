import type { Finding } from '@zyra/seals'
import type { Paint } from '../text/paint.ts'
import { count, thousands } from '../text/words.ts'

/** What `zyra audit verify` found, as `--json` prints it. */
export interface Report {
  readonly ok: boolean
  readonly epoch: number
  readonly last: number
  readonly events: number
  readonly objects: number
  readonly seals: number
  readonly sealedTo: number
  readonly unsealed: number
  /** Seals over what was taken back by restoring an older log. */
  readonly abandoned: readonly { readonly epoch: number; readonly first: number; readonly last: number }[]
  readonly keys: readonly string[]
  readonly comparedWith: string | null
  readonly published: { readonly place: string; readonly waiting: number } | null
  readonly firstBad: number | null
  readonly findings: readonly Finding[]
  readonly seconds: number
}

const MOST = 20

const tailLine = ({ unsealed, sealedTo, last }: Report): readonly string[] =>
  unsealed === 0 ? [] : [`Not sealed yet: ${unsealed === 1 ? `#${last}` : `#${thousands(sealedTo + 1)} to #${thousands(last)}`}, ${count(unsealed, 'event')}.`]

const placeLine = ({ comparedWith, published }: Report): string => {
  if (comparedWith !== null) return `Compared with ${comparedWith}${published?.waiting ? `, which lacks ${count(published.waiting, 'seal')}` : ''}.`
  if (published === null) return 'Compared with nothing outside of this machine: see docs/guides/audit.md for what that leaves open.'
  return `Seals are published to ${published.place}; compare with them by --against.`
}

const abandonedLine = ({ abandoned }: Report): readonly string[] => {
  const [first] = abandoned
  if (first === undefined) return []
  return [`Restored: ${count(abandoned.length, 'seal')} of epoch ${first.epoch}, from #${thousands(first.first)} on, cover what was taken back.`]
}

/** The report for people. */
export const reportLines = (report: Report, paint: Paint): readonly string[] => {
  const { ok, findings, firstBad, seals, events, objects, sealedTo, keys, seconds } = report
  const read = `${count(events, 'event')}${objects === 0 ? '' : ` and ${count(objects, 'large body', 'large bodies')}`} read in ${seconds.toFixed(1)} s`
  const rest = [...tailLine(report), ...abandonedLine(report), ...keys.map((key) => `Signed with ${key}.`), placeLine(report), `${read}.`]
  if (ok) return [paint('green', `The log up to #${thousands(sealedTo)} is as it was sealed, in ${count(seals, 'seal')}.`), ...rest]
  if (firstBad === null) return [paint('yellow', 'Nothing is sealed yet: say "npx zyra audit seal", or wait for the next hour.'), ...rest]
  const shown = findings.slice(0, MOST).map(({ kind, what }) => `  ${paint('red', kind.padEnd(13))} ${what}`)
  const more = findings.length > MOST ? [`  and ${findings.length - MOST} more`] : []
  return [paint('red', `The log is not as it was sealed. First bad sequence: #${thousands(firstBad)}.`), ...shown, ...more, ...rest]
}
