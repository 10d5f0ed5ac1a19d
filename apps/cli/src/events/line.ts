import type { Entry } from '../log/entry.ts'
import { gist, shortSubject, shortType, type NameOf } from '../text/gist.ts'
import type { Paint } from '../text/paint.ts'
import { cut } from '../text/table.ts'
import { day, clock } from '../text/time.ts'

/** How lines of events look. */
export interface EventLines {
  readonly nameOf: NameOf
  readonly paint: Paint
  readonly width: number
}

/** Widths of columns. */
const SEQUENCE = 6
const TYPE = 22
const SUBJECT = 23

/** The titles over lines of events. */
export const eventTitles = ({ paint }: EventLines): string =>
  paint('dim', `${'TIME'.padEnd(8)}  ${'#'.padStart(SEQUENCE)}  ${'EVENT'.padEnd(TYPE)}  ${'OF'.padEnd(SUBJECT)}  WHAT`)

/** One event in one line: time, sequence, name, what it belongs to, what it says. */
export const eventLine = (entry: Entry, { nameOf, paint, width }: EventLines): string => {
  const {
    stored: { envelope, sequence },
  } = entry
  const subject = shortSubject(entry, nameOf)
  const left = `${clock(envelope.time)}  ${String(sequence).padStart(SEQUENCE)}  `
  const type = shortType(envelope.type).padEnd(TYPE)
  const of = (width === Infinity ? subject : cut(subject, SUBJECT)).padEnd(SUBJECT)
  const room = width - left.length - type.length - of.length - 4
  return `${paint('dim', left)}${paint(colourOf(entry), type)}  ${of}  ${cut(gist(entry, nameOf), Math.max(room, 10))}`
}

const colourOf = ({
  stored: {
    envelope: { type },
  },
  problem,
}: Entry): 'red' | 'yellow' | 'green' | 'cyan' => {
  if (problem !== undefined || /Refused|Failed|Parked|Quarantined/.test(type)) return 'red'
  if (/Decided|Drift|Stopped/.test(type)) return 'yellow'
  return /Set$|Finished|Resumed/.test(type) ? 'green' : 'cyan'
}

/** The line that begins another day; undefined where the event is of the same day as the one before it. */
export const dayLine = (before: Entry | undefined, entry: Entry, { paint }: EventLines): string | undefined => {
  const today = day(entry.stored.envelope.time)
  return before !== undefined && day(before.stored.envelope.time) === today ? undefined : paint('bold', today)
}
