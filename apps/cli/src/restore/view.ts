import type { Manifest } from '../backup/manifest.ts'
import type { Paint } from '../text/paint.ts'
import { moment } from '../text/time.ts'
import { count, thousands } from '../text/words.ts'

/** What a restore did. */
export interface Restored {
  readonly dataDir: string
  readonly manifest: Manifest
  readonly epoch: number
  /** The last event of the restored log. */
  readonly end: number
  /** Keys that were deleted since the backup and are deleted again. */
  readonly erasures: number
  readonly register: 'found' | 'missing'
  readonly registers: readonly { readonly file: string; readonly newestAt: string | undefined }[]
  /** Files of tokens that were taken over from what was replaced. */
  readonly tokens: readonly string[]
  /** Where what was replaced is now. */
  readonly aside: string | undefined
  readonly now: Date
}

/** Shopify recognises a repeated adjustment for a day; an hour less, for clocks that differ. */
const RECOGNISED_MS = 23 * 3_600_000

const erasureLines = ({ erasures, register, registers, manifest: { takenAt }, now }: Restored, paint: Paint): readonly string[] => {
  if (register === 'found') {
    const files = registers.map(({ file, newestAt }) => `${file}${newestAt === undefined ? '' : ` (newest entry ${moment(newestAt, now)})`}`)
    return [`  deleted again: ${count(erasures, 'key')} erased since, by ${files.join(' and ')}`]
  }
  return [
    `  ${paint('red', 'erasures since the backup are NOT known')}: no erasures.jsonl was found outside of the backup. Whoever was erased after`,
    `  ${moment(takenAt, now)} can be read again. Erase them anew, or restore again with --erasures <file> if there is a copy.`,
  ]
}

const saleLines = ({ manifest: { takenAt }, now }: Restored): readonly string[] => {
  const until = now.getTime() - RECOGNISED_MS
  if (Date.parse(takenAt) >= until) return []
  return [
    `  Etsy's sales from ${moment(takenAt, now)} to ${moment(new Date(until).toISOString(), now)} are taken off Shopify's stock again if they were before:`,
    '  Shopify recognises a repetition for a day only. Look at the inventory history of what was sold then.',
  ]
}

/** What happened, and what is left to do. */
export const restoredLines = (restored: Restored, paint: Paint): readonly string[] => {
  const { dataDir, manifest: { takenAt }, epoch, end, tokens, aside, now } = restored
  return [
    `${paint('bold', dataDir)} is as it was on ${moment(takenAt, now)}: the log ends at #${thousands(end)} and goes on in epoch ${epoch}.`,
    ...erasureLines(restored, paint),
    ...(aside === undefined ? [] : [`  what was there is in ${dataDir}/${aside}: it holds keys and data as well, so delete it once it is not needed`]),
    ...(tokens.length === 0 ? [] : [`  Etsy's tokens are the newer ones of what was there: ${tokens.join(', ')}`]),
    ...saleLines(restored),
    '',
    'Start it with "npm start": rows are made again from the log, and both channels are read.',
  ]
}
