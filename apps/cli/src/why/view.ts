import type { Entry } from '../log/entry.ts'
import { entryJson } from '../log/entry.ts'
import { gist, shortSubject, shortType, type NameOf } from '../text/gist.ts'
import type { Paint, Style } from '../text/paint.ts'
import { cut } from '../text/table.ts'
import { clock, duration } from '../text/time.ts'
import { count } from '../text/words.ts'
import { compact } from './command-text.ts'
import { factsOf, type Fact, type Step } from './chain.ts'

/** How a chain is shown. */
export interface ChainLook {
  readonly nameOf: NameOf
  readonly paint: Paint
  readonly width: number
  /** The event that was asked for; it is marked. */
  readonly asked: number
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
const [SEQUENCE, TIME, AFTER] = [7, 12, 9]

const timeOf = ({ stored }: Entry): number => Date.parse(stored.envelope.time)

const passed = (handlers: readonly string[]): string => `not the business of ${handlers.join(', ')}`

/** Many items that a policy asked about and that needed nothing are told in one line. */
const nothings = (steps: readonly Step[]): readonly Step[][] => [...Map.groupBy(steps, (step) => (step.kind === 'nothing' ? step.handler : step)).values()]

const factLines = (fact: Fact, depth: number, since: number | undefined, look: ChainLook, prefix = ''): readonly Line[] => {
  const { entry } = fact
  const { envelope } = entry.stored
  const text = `${shortType(envelope.type)}  ${prefix}${gist(entry, look.nameOf)}`
  return [{ entry, since, depth, text, style: 'bold' }, ...stepsLines(fact, depth + 1, look)]
}

const stepsLines = (fact: Fact, depth: number, look: ChainLook): readonly Line[] =>
  nothings(fact.then).flatMap((group) => (group.length > 3 ? manyNothings(group, depth) : group.flatMap((step) => stepLines(step, fact.entry, depth, look))))

const manyNothings = (group: readonly Step[], depth: number): readonly Line[] => {
  const [first] = group
  return first?.kind === 'nothing' ? [{ depth, text: `${first.handler} asked ${count(group.length, 'time')} for ${first.dispatch.aggregate}: nothing to change`, style: 'dim' }] : []
}

const again = (attempt: number): string => (attempt === 1 ? '' : `, redrive ${attempt - 1}`)

const decidedLines = ({ handler, attempt, facts }: Extract<Step, { kind: 'decided' }>, cause: Entry, depth: number, look: ChainLook): readonly Line[] => {
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

const effectLines = ({ handler, attempt, tries, facts }: Extract<Step, { kind: 'effect' }>, cause: Entry, depth: number, look: ChainLook): readonly Line[] => [
  { depth, text: `reactor ${handler}${again(attempt)}`, style: 'cyan' },
  ...tries.map((entry, index): Line => ({ entry, since: timeOf(tries[index - 1] ?? cause), depth: depth + 1, text: `attempt ${index + 1}`, style: 'dim' })),
  ...facts.flatMap((fact) => factLines(fact, depth + 1, timeOf(tries.at(-1) ?? cause), look)),
  ...(facts.length === 0 ? [{ depth: depth + 1, text: 'no answer yet: nobody can tell whether it happened', style: 'yellow' as const }] : []),
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
      return [{ depth, text: `policy ${step.handler} asked ${target}: ${compact(JSON.stringify(command))}; it decided nothing`, style: 'yellow' }]
    }
    case 'superseded':
      return [{ depth, text: `reactor ${step.handler} left it out: superseded by #${step.by.sequence}`, style: 'yellow' }]
    case 'parked':
      return step.lots.flatMap((entry): readonly Line[] => [{ entry, since: timeOf(cause), depth, text: `parked: ${gist(entry, look.nameOf)}`, style: 'red' }])
    case 'waiting':
      return [{ depth, text: `reactor ${step.handler} has not answered yet`, style: 'yellow' }]
    case 'passed':
      return [{ depth, text: passed(step.handlers), style: 'dim' }]
    case 'recorded':
      return [{ depth, text: `${step.handler} recorded`, style: 'cyan' }, ...step.facts.flatMap((fact) => factLines(fact, depth + 1, timeOf(cause), look))]
  }
}

const lineText = ({ entry, since, depth, text, style }: Line, { paint, width, asked }: ChainLook): string => {
  const sequence = entry === undefined ? '' : `#${entry.stored.sequence}`
  const time = entry === undefined ? '' : clock(entry.stored.envelope.time, true)
  const after = entry === undefined || since === undefined ? '' : `+${duration(Math.max(0, timeOf(entry) - since))}`
  const left = `${sequence.padStart(SEQUENCE)}  ${time.padEnd(TIME)}  ${after.padStart(AFTER)}  `
  const mark = entry?.stored.sequence === asked ? ' <- asked' : ''
  const room = width - left.length - depth * INDENT - mark.length
  return `${paint('dim', left)}${' '.repeat(depth * INDENT)}${paintFact(cut(text, Math.max(room, 20)), style, paint)}${paint('green', mark)}`.trimEnd()
}

/** Of an event only the name is bold. */
const paintFact = (text: string, style: Style | undefined, paint: Paint): string => {
  if (style === undefined) return text
  const [name = '', ...rest] = style === 'bold' ? text.split('  ') : [text]
  return `${paint(style, name)}${rest.length === 0 ? '' : `  ${rest.join('  ')}`}`
}

const rootLines = (root: Fact, look: ChainLook): readonly Line[] => {
  const { entry } = root
  const { actor } = entry.stored.envelope
  const [first, ...rest] = factLines(root, 0, undefined, look, `${shortSubject(entry, look.nameOf)} `)
  const by: Line = { depth: 1, text: `let in by ${actor}`, style: 'dim' }
  return first === undefined ? rest : [first, by, ...rest]
}

/** How long it took from what entered to the last event, and how much it was. */
const summary = (facts: readonly Fact[]): string => {
  const entries = facts.flatMap(({ entry, then }) => [entry, ...then.flatMap((step) => (step.kind === 'effect' ? step.tries : step.kind === 'parked' ? step.lots : []))])
  const times = entries.map(timeOf)
  const took = Math.max(...times) - Math.min(...times)
  return entries.length === 1 ? 'Nothing followed from it.' : `${count(entries.length, 'event')} in ${duration(took)}, from what entered to the last answer.`
}

/** The tree for people. */
export const chainLines = (roots: readonly Fact[], look: ChainLook): readonly string[] => {
  const facts = factsOf(roots)
  return [
    ...roots.flatMap((root) => rootLines(root, look)).map((line) => lineText(line, look)),
    '',
    look.paint('dim', `${' '.repeat(SEQUENCE)}  ${summary(facts)}`),
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
      return { ...step, tries: step.tries.map(json), facts: step.facts.map((fact) => chainJson(fact, shown)) }
    case 'parked':
      return { ...step, lots: step.lots.map(json) }
    case 'superseded':
      return { kind: step.kind, handler: step.handler, by: { sequence: step.by.sequence, id: step.by.envelope.id } }
    case 'nothing':
    case 'waiting':
    case 'passed':
      return step
  }
}
