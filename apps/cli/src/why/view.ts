import { wrap } from '@zyra/runtime/terminal-text'
import type { Entry } from '../log/entry.ts'
import { entryJson } from '../log/entry.ts'
import { gist, shortSubject, shortType, type NameOf } from '../text/gist.ts'
import type { Paint, Style } from '../text/paint.ts'
import { clock, duration } from '../text/time.ts'
import { count } from '../text/words.ts'
import { compact } from './command-text.ts'
import { factsOf, type Fact, type Step } from './chain.ts'
import { focusOn } from './focus.ts'

/** How a chain is shown. */
export interface ChainLook {
  readonly nameOf: NameOf
  readonly paint: Paint
  readonly width: number
  /** The event that was asked for; it is marked. */
  readonly asked: number
  /** True where also what is neither a cause nor a consequence of the event is shown. */
  readonly all: boolean
}

/** One line of the tree: on the left what stands in the log, on the right what it means. */
interface Line {
  readonly entry?: Entry
  /** Of the event that caused this one, ms since 1970. */
  readonly since?: number | undefined
  readonly depth: number
  readonly text: string
  readonly style?: Style
}

const INDENT = 2
/** Of lines that say the same, before they are told as one. */
const MOST_ALIKE = 3
/** Widths of columns. */
const SEQUENCE = 7
const TIME = 8
const AFTER = 8
/** A screen that is narrower is not told how long each step took, and its tree is slimmer. */
const WITH_AFTER = 90
/** Of text beside it, however narrow the screen. */
const LEAST_TEXT = 20

const leftWidth = (width: number): number => SEQUENCE + 2 + TIME + 2 + (width < WITH_AFTER ? 0 : AFTER + 2)

const timeOf = ({ stored }: Entry): number => Date.parse(stored.envelope.time)

const passed = (handlers: readonly string[]): string => `not the business of ${handlers.join(', ')}`

/** Many items that a policy asked about and that needed nothing are told in one line. */
const nothings = (steps: readonly Step[]): readonly Step[][] => [
  ...Map.groupBy(steps, (step) => (step.kind === 'nothing' ? step.handler : step)).values(),
]

const factLines = (fact: Fact, depth: number, since: number | undefined, look: ChainLook, prefix = ''): readonly Line[] => {
  const { entry } = fact
  const { envelope } = entry.stored
  const text = `${shortType(envelope.type)}  ${prefix}${gist(entry, look.nameOf)}`
  return [{ entry, since, depth, text, style: 'bold' }, ...stepsLines(fact, depth + 1, look)]
}

const stepsLines = (fact: Fact, depth: number, look: ChainLook): readonly Line[] =>
  nothings(fact.then).flatMap((group) =>
    group.length > 3 ? manyNothings(group, depth) : group.flatMap((step) => stepLines(step, fact.entry, depth, look)),
  )

const manyNothings = (group: readonly Step[], depth: number): readonly Line[] => {
  const [first] = group
  return first?.kind === 'nothing'
    ? [
        {
          depth,
          text: `${first.handler} asked ${count(group.length, 'time')} for ${first.dispatch.aggregate}: nothing to change`,
          style: 'dim',
        },
      ]
    : []
}

const again = (attempt: number): string => (attempt === 1 ? '' : `, redrive ${attempt - 1}`)

const decidedLines = (
  { handler, attempt, facts }: Extract<Step, { kind: 'decided' }>,
  cause: Entry,
  depth: number,
  look: ChainLook,
): readonly Line[] => {
  const [first] = facts
  if (first === undefined) return []
  const { envelope } = first.entry.stored
  const { aggregate } = first.entry.event.meta
  const command = envelope.command === undefined ? '' : `: ${compact(envelope.command)}`
  const target = shortSubject(first.entry, look.nameOf)
  return [
    { depth, text: `policy ${handler} asked ${target}${command}${again(attempt)}`, style: 'cyan' },
    { depth, text: `decider ${aggregate} v${envelope.deciderVersion} chose`, style: 'cyan' },
    ...facts.flatMap((fact) => factLines(fact, depth + 1, timeOf(cause), look)),
  ]
}

const parkedLines = (lots: readonly Entry[], cause: Entry, depth: number, { nameOf }: ChainLook): readonly Line[] =>
  lots.map((entry): Line => ({ entry, since: timeOf(cause), depth, text: `parked: ${gist(entry, nameOf)}`, style: 'red' }))

/** Attempts that a vendor put off again and again are told as one. */
const triesLines = (tries: readonly Entry[], cause: Entry, depth: number): readonly Line[] => {
  const lines = tries.map((entry, index): Line => ({
    entry,
    since: timeOf(tries[index - 1] ?? cause),
    depth,
    text: `attempt ${index + 1}`,
    style: 'dim',
  }))
  if (lines.length <= MOST_ALIKE) return lines
  return [...lines.slice(0, 1), { depth, text: `attempts 2 to ${lines.length - 1}, put off each time`, style: 'dim' }, ...lines.slice(-1)]
}

const unanswered = (tries: number): string =>
  tries === 0 ? 'no answer yet' : `tried ${count(tries, 'time')}, no answer yet: it is tried again until it is answered or parked`

const foldedText = (items: number, events: number): string => {
  const what = [items === 0 ? '' : count(items, 'other item'), events === 0 ? '' : count(events, 'other event')]
  return `… and ${what.filter((one) => one !== '').join(' and ')}; --all shows them`
}

const effectLines = (
  { handler, attempt, tries, lots, facts }: Extract<Step, { kind: 'effect' }>,
  cause: Entry,
  depth: number,
  look: ChainLook,
): readonly Line[] => [
  { depth, text: `reactor ${handler}${again(attempt)}`, style: 'cyan' },
  ...triesLines(tries, cause, depth + 1),
  ...facts.flatMap((fact) => factLines(fact, depth + 1, timeOf(tries.at(-1) ?? cause), look)),
  ...parkedLines(lots, tries.at(-1) ?? cause, depth + 1, look),
  ...(facts.length === 0 && lots.length === 0
    ? [{ depth: depth + 1, text: unanswered(tries.length), style: 'yellow' as const }]
    : []),
]

const stepLines = (step: Step, cause: Entry, depth: number, look: ChainLook): readonly Line[] => {
  switch (step.kind) {
    case 'decided':
      return decidedLines(step, cause, depth, look)
    case 'effect':
      return effectLines(step, cause, depth, look)
    case 'nothing': {
      const { aggregate, id, command } = step.dispatch
      const target = aggregate === 'stock' ? look.nameOf(cause.event.meta.merchant, id) : `${aggregate} ${id}`
      return [
        { depth, text: `policy ${step.handler} asked ${target}: ${compact(JSON.stringify(command))}; it decided nothing`, style: 'yellow' },
      ]
    }
    case 'superseded':
      return [{ depth, text: `reactor ${step.handler} left it out: superseded by #${step.by.sequence}`, style: 'yellow' }]
    case 'parked':
      return parkedLines(step.lots, cause, depth, look)
    case 'waiting':
      return [{ depth, text: `reactor ${step.handler} has not answered yet`, style: 'yellow' }]
    case 'passed':
      // Below what entered it goes without saying.
      return depth === 1 ? [{ depth, text: passed(step.handlers), style: 'dim' }] : []
    case 'folded':
      return [{ depth, text: foldedText(step.items, step.events), style: 'dim' }]
    case 'recorded':
      return [
        { depth, text: `${step.handler} recorded`, style: 'cyan' },
        ...step.facts.flatMap((fact) => factLines(fact, depth + 1, timeOf(cause), look)),
      ]
  }
}

/** Of an event only the name is bold. */
const paintText = (text: string, style: Style | undefined, paint: Paint): string => {
  if (style === undefined) return text
  const end = style === 'bold' ? text.indexOf('  ') : -1
  return end === -1 ? paint(style, text) : `${paint(style, text.slice(0, end))}${text.slice(end)}`
}

const leftOf = ({ entry, since }: Line, width: number): string => {
  if (entry === undefined) return ' '.repeat(leftWidth(width))
  const after = since === undefined ? '' : `+${duration(Math.max(0, timeOf(entry) - since))}`
  const { sequence, envelope } = entry.stored
  return `${`#${sequence}`.padStart(SEQUENCE)}  ${clock(envelope.time).padEnd(TIME)}  ${width < WITH_AFTER ? '' : `${after.padStart(AFTER)}  `}`
}

const textLines = (line: Line, { paint, width, asked }: ChainLook): readonly string[] => {
  const { entry, depth, text, style } = line
  const indent = ' '.repeat(depth * (width < WITH_AFTER ? 1 : INDENT))
  const mark = entry?.stored.sequence === asked ? ' <- asked' : ''
  const left = leftWidth(width)
  const room = Math.max(width - left - indent.length, LEAST_TEXT)
  return wrap(`${text}${mark}`, room, '  ').map((part, index) => {
    const margin = index === 0 ? leftOf(line, width) : ' '.repeat(left)
    const painted = index === 0 ? paintText(part, style, paint) : style === 'bold' ? part : paintText(part, style, paint)
    return `${paint('dim', margin)}${indent}${mark === '' ? painted : painted.replace('<- asked', paint('green', '<- asked'))}`.trimEnd()
  })
}

const rootLines = (root: Fact, look: ChainLook): readonly Line[] => {
  const { entry } = root
  const { actor } = entry.stored.envelope
  const isRequest = entry.event.meta.aggregate === 'request'
  const [first, ...rest] = factLines(root, 0, undefined, look, isRequest ? '' : `${shortSubject(entry, look.nameOf)} `)
  const by: Line = { depth: 1, text: `let in by ${actor}`, style: 'dim' }
  return first === undefined ? rest : [first, by, ...rest]
}

const entriesOf = (facts: readonly Fact[]): readonly Entry[] =>
  facts.flatMap(({ entry, then }) => [
    entry,
    ...then.flatMap((step) => [...('tries' in step ? step.tries : []), ...('lots' in step ? step.lots : [])]),
  ])

/** How long it took from what entered to the last event, and how much it was; what is not shown counts in `all` alone. */
const summary = (shown: readonly Entry[], all: number): string => {
  const times = shown.map(timeOf)
  const took = Math.max(...times) - Math.min(...times)
  if (all === 1) return 'Nothing followed from it.'
  const amount = shown.length === all ? count(all, 'event') : `${shown.length} of ${count(all, 'event')}`
  return `${amount} in ${duration(took)}, from what entered to the last answer.`
}

/** The tree for people. */
export const chainLines = (roots: readonly Fact[], look: ChainLook): readonly string[] => {
  const shown = look.all ? roots : focusOn(roots, look.asked)
  return [
    ...shown.flatMap((root) => rootLines(root, look)).flatMap((line) => textLines(line, look)),
    '',
    ...wrap(summary(entriesOf(factsOf(shown)), entriesOf(factsOf(roots)).length), look.width - SEQUENCE - 2).map((part) =>
      look.paint('dim', `${' '.repeat(SEQUENCE)}  ${part}`),
    ),
  ]
}

/** The tree for programs. `shown` gives each event as it may be shown. */
export const chainJson = (fact: Fact, shown: (sequence: number) => Entry | undefined): object => ({
  event: entryJson(shown(fact.entry.stored.sequence) ?? fact.entry),
  then: fact.then.map((step) => stepJson(step, shown)),
})

const stepJson = (step: Step, shown: (sequence: number) => Entry | undefined): object => {
  const json = (entry: Entry): object => entryJson(shown(entry.stored.sequence) ?? entry)
  switch (step.kind) {
    case 'decided':
    case 'recorded':
      return { ...step, facts: step.facts.map((fact) => chainJson(fact, shown)) }
    case 'effect':
      return { ...step, tries: step.tries.map(json), lots: step.lots.map(json), facts: step.facts.map((fact) => chainJson(fact, shown)) }
    case 'parked':
      return { ...step, lots: step.lots.map(json) }
    case 'superseded':
      return { kind: step.kind, handler: step.handler, by: { sequence: step.by.sequence, id: step.by.envelope.id } }
    case 'nothing':
    case 'waiting':
    case 'passed':
    case 'folded':
      return step
  }
}
