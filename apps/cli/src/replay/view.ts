import type { Comparison, Difference } from '@zyra/postgres'
import type { DomainEvent } from '@zyra/es'
import type { Paint } from '../text/paint.ts'
import { cut } from '../text/table.ts'
import { count, thousands } from '../text/words.ts'
import { compact } from '../why/command-text.ts'
import type { DecisionsReport } from './decisions.ts'

/** How reports look. */
export interface Look {
  readonly paint: Paint
  readonly width: number
}

/** Nothing compared is nothing proved. */
const verdict = (isSame: boolean, amount: number, paint: Paint): string =>
  isSame ? (amount === 0 ? paint('dim', 'none yet ') : paint('green', 'identical')) : paint('red', 'DIFFERENT')

const differing = (different: number): string => (different === 0 ? '' : `, ${thousands(different)} differ`)

const json = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value))

const rowDifference = ({ merchant, key, from, field, live, rebuilt }: Difference, { paint, width }: Look): readonly string[] => [
  `    ${merchant} ${key}, from #${from.sequence}: ${field}`,
  `      ${paint('dim', 'live   ')} ${cut(json(live), width - 14)}`,
  `      ${paint('dim', 'rebuilt')} ${cut(json(rebuilt), width - 14)}`,
]

/** Live and rebuilt rows of one projection. */
export const rowsLines = (
  projection: string,
  { identical, upTo, compared, different, differences }: Comparison,
  look: Look,
): readonly string[] => {
  const checked = `${count(compared, 'version')} compared up to #${thousands(upTo.sequence)}`
  return [
    `  ${verdict(identical, compared, look.paint)}  rows of ${projection}: ${checked}${differing(different)}`,
    ...differences.flatMap((difference) => rowDifference(difference, look)),
  ]
}

const eventsText = (events: readonly DomainEvent[]): string =>
  events.length === 0 ? 'no event' : events.map(({ type, data }) => `${type} ${json(data)}`).join('; ')

/** Decisions of one decider, taken again. */
export const decisionsLines = (
  { service, aggregate, version, aggregates, decisions, facts, different, differences }: DecisionsReport,
  look: Look,
): readonly string[] => {
  const { paint, width } = look
  const checked = `${count(decisions, 'decision')} about ${count(aggregates, 'aggregate')}`
  const others = facts === 0 ? '' : `; ${count(facts, 'event')} without a command, not checked`
  return [
    `  ${verdict(different === 0, decisions, paint)}  decider ${service}/${aggregate} v${version}: ${checked}${differing(different)}${others}`,
    ...differences.flatMap((each) => [
      `    #${each.sequence} ${each.subject}, by v${each.deciderVersion}: ${cut(compact(each.command), Math.max(20, width - each.subject.length - 24))}`,
      `      ${paint('dim', 'recorded')} ${cut(eventsText(each.recorded), width - 15)}`,
      `      ${paint('dim', 'decided ')} ${each.error === undefined ? cut(eventsText(each.decided), width - 15) : paint('red', each.error)}`,
    ]),
  ]
}
