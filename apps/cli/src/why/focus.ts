import { factsOf, type Fact, type Step } from './chain.ts'

type FactsStep = Extract<Step, { readonly facts: readonly Fact[] }>

/** What a part of a chain leaves out. */
interface Folded {
  /** Inventory items that it is about, by merchant and id. */
  readonly items: readonly string[]
  /** Events that are about none. */
  readonly others: number
}

const hasFacts = (step: Step): step is FactsStep => 'facts' in step

/** True where a step itself holds the event: as a fact, an attempt, or the record that it was given up on. */
const holds = (step: Step, asked: number): boolean =>
  [
    ...(hasFacts(step) ? step.facts.map(({ entry }) => entry) : []),
    ...('tries' in step ? step.tries : []),
    ...('lots' in step ? step.lots : []),
  ].some(({ stored: { sequence } }) => sequence === asked)

const leadsTo = (fact: Fact, asked: number): boolean =>
  fact.entry.stored.sequence === asked || fact.then.some((step) => holds(step, asked) || (hasFacts(step) && step.facts.some((one) => leadsTo(one, asked))))

const ofFacts = (facts: readonly Fact[]): Folded => {
  const about = factsOf(facts).map(({ entry: { event } }) => event.meta)
  const items = about.filter(({ aggregate }) => aggregate === 'stock' || aggregate === 'etsy-quantity')
  return { items: items.map(({ merchant, aggregateId }) => `${merchant}|${aggregateId}`), others: about.length - items.length }
}

const folded = ({ entry }: Fact, step: Step): Folded => {
  if (hasFacts(step)) return ofFacts(step.facts)
  if (step.kind !== 'nothing' || step.dispatch.aggregate !== 'stock') return { items: [], others: 0 }
  return { items: [`${entry.event.meta.merchant}|${step.dispatch.id}`], others: 0 }
}

interface Part {
  readonly kept: readonly Step[]
  readonly left: readonly Folded[]
}

const partOf = (fact: Fact, step: Step, asked: number): Part => {
  if (step.kind === 'nothing') return { kept: [], left: [folded(fact, step)] }
  if (!hasFacts(step) || step.facts.length === 0) return { kept: [step], left: [] }
  const onPath = step.facts.filter((one) => leadsTo(one, asked))
  // One decision is one answer: it is shown with all that was chosen in it. What was read in pages is not.
  if (holds(step, asked) && (step.kind === 'decided' || onPath.length === 0)) return { kept: [step], left: [] }
  if (onPath.length === 0) return { kept: [], left: [folded(fact, step)] }
  const others = step.facts.filter((one) => !onPath.includes(one))
  return { kept: [{ ...step, facts: onPath.map((one) => narrowed(one, asked)) }], left: [ofFacts(others)] }
}

/** What the steps that are kept are about is no other item. */
const foldedStep = (left: readonly Folded[], kept: readonly Step[]): readonly Step[] => {
  const shown = new Set(ofFacts(kept.flatMap((step) => (hasFacts(step) ? step.facts : []))).items)
  const items = new Set(left.flatMap((one) => one.items).filter((item) => !shown.has(item))).size
  const others = left.reduce((sum, one) => sum + one.others, 0)
  return items + others === 0 ? [] : [{ kind: 'folded', items, events: others }]
}

const narrowed = (fact: Fact, asked: number): Fact => {
  if (fact.entry.stored.sequence === asked) return fact
  const parts = fact.then.map((step) => partOf(fact, step, asked))
  const kept = parts.flatMap((part) => part.kept)
  const left = parts.flatMap((part) => part.left)
  return { ...fact, then: [...kept, ...foldedStep(left, kept)] }
}

/**
 * What led to an event and what followed from it; what else came of its causes is folded, a step of kind `folded` under each of them.
 * Everything, where the event is not in the chain.
 */
export const focusOn = (roots: readonly Fact[], asked: number): readonly Fact[] => {
  const mine = roots.filter((root) => leadsTo(root, asked))
  return mine.length === 0 ? roots : mine.map((root) => narrowed(root, asked))
}
