import type { SegmentFacts } from '@zyra/jetstream'
import type { Terminal } from '../base/terminal.ts'
import { table } from '../text/table.ts'
import { day } from '../text/time.ts'
import { bytes, count, thousands } from '../text/words.ts'

const from = ({ first }: SegmentFacts): string => (first === undefined ? '' : String(first.sequence))
const to = ({ last }: SegmentFacts): string => (last === undefined ? '' : String(last.sequence))
const span = ({ first, last }: SegmentFacts): string => (first === undefined || last === undefined ? '' : `${day(first.time)} to ${day(last.time)}`)

/** All segments in a table, oldest first. */
export const segmentsTable = (segments: readonly SegmentFacts[], look: Pick<Terminal, 'paint' | 'width'>): readonly string[] =>
  table(
    segments,
    [
      { title: 'SEGMENT', text: ({ stream }) => stream, style: () => 'bold' },
      { title: 'STATE', text: ({ state }) => state },
      { title: 'EPOCH', text: ({ epoch }) => String(epoch), align: 'right' },
      { title: 'EVENTS', text: ({ events }) => thousands(events), align: 'right' },
      { title: 'FROM #', text: from, align: 'right' },
      { title: 'TO #', text: to, align: 'right' },
      { title: 'SIZE', text: (segment) => bytes(segment.bytes), align: 'right' },
      { title: 'TIME', text: span },
    ],
    look,
  )

/** What sealing does, before it is done. */
export const sealingLines = (segment: SegmentFacts): readonly string[] => [
  `${segment.stream} holds ${count(segment.events, 'event')}, #${from(segment)} to #${to(segment)}, ${span(segment)}, ${bytes(segment.bytes)}.`,
  'Sealing it cannot be undone:',
  '  - it takes no event any more, for ever; the next segment goes on with the sequence after its last;',
  '  - everything in it stays as it is, and is read as before;',
  '  - whatever runs goes on running. Appends wait for some two seconds, and none is lost.',
]
