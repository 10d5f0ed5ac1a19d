import { wrap } from '@zyra/runtime/terminal-text'
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
const LEFT = 8 + 2 + SEQUENCE + 2
/** A screen that is narrower gets a second line for what an event says. */
const ONE_LINE = LEFT + TYPE + SUBJECT + 4 + 25

/** The titles over lines of events. */
export const eventTitles = ({ paint, width }: EventLines): string => {
  const titles = `${'TIME'.padEnd(8)}  ${'#'.padStart(SEQUENCE)}  ${'EVENT'.padEnd(TYPE)}  `
  return paint('dim', width < ONE_LINE ? `${titles}OF` : `${titles}${'OF'.padEnd(SUBJECT)}  WHAT`)
}

/** One event: time, sequence, name, what it belongs to, what it says. One line where that finds room, else two. */
export const eventLines = (entry: Entry, { nameOf, paint, width }: EventLines): readonly string[] => {
  const {
    stored: { envelope, sequence },
  } = entry
  const subject = shortSubject(entry, nameOf)
  const left = `${clock(envelope.time)}  ${String(sequence).padStart(SEQUENCE)}  `
  const type = shortType(envelope.type)
  const painted = (text: string): string => `${paint('dim', left)}${paint(colourOf(entry), text)}  `
  if (width < ONE_LINE) {
    const room = width - left.length - type.length - 2
    const second = wrap(gist(entry, nameOf), Math.max(20, width - left.length))
    return [`${painted(type)}${cut(subject, Math.max(8, room))}`, ...second.map((part) => `${' '.repeat(left.length)}${part}`)]
  }
  const of = (width === Infinity ? subject : cut(subject, SUBJECT)).padEnd(SUBJECT)
  const room = width - left.length - Math.max(type.length, TYPE) - of.length - 4
  return [`${painted(type.padEnd(TYPE))}${of}  ${cut(gist(entry, nameOf), room)}`]
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
