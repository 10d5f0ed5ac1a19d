import { allServices } from '@zyra/all'
import type { AnyDecider } from '@zyra/es'
import { aggregateFilter, type EventLog, type StoredEvent } from '@zyra/jetstream'
import type { Codec } from '@zyra/runtime'
import { readRange } from '../log/ranges.ts'
import { beginReplay, endReplay, stepReplay, type DecisionDifference, type RecordedEvent, type Replay } from './verify.ts'

/** What came of taking one decider's decisions again. */
export interface DecisionsReport {
  readonly service: string
  readonly aggregate: string
  readonly version: number
  readonly aggregates: number
  readonly decisions: number
  readonly facts: number
  readonly different: number
  /** The first differences, with the subject of each. */
  readonly differences: readonly (DecisionDifference & { readonly subject: string })[]
}

const SHOWN = 20

const opened = async (codec: Codec, stored: StoredEvent): Promise<RecordedEvent> => {
  const { type, data } = await codec.open(stored)
  const { causationId, handler, attempt, command, deciderVersion } = stored.envelope
  return { type, data, sequence: stored.sequence, causationId, handler, attempt, command, deciderVersion }
}

/** Where the decisions are read from, and how far. */
export interface DecisionSource {
  readonly log: EventLog
  readonly codec: Codec
  readonly to: number
  readonly signal: AbortSignal
  readonly onProgress: (sequence: number) => void
}

const verifyDecider = async (
  service: string,
  decider: AnyDecider,
  { log, codec, to, signal, onProgress }: DecisionSource,
): Promise<DecisionsReport> => {
  const replays = new Map<string, Replay>()
  for await (const events of readRange({ log, filter: aggregateFilter(service, decider.aggregate), from: 1, to, signal })) {
    for (const stored of events) {
      replays.set(stored.subject, stepReplay(decider, replays.get(stored.subject) ?? beginReplay(decider), await opened(codec, stored)))
    }
    onProgress(events.at(-1)?.sequence ?? to)
  }
  const ended = [...replays].map(([subject, replay]) => ({ subject, replay: endReplay(decider, replay) }))
  const differences = ended
    .flatMap(({ subject, replay }) => replay.differences.map((difference) => ({ subject, ...difference })))
    .toSorted((a, b) => a.sequence - b.sequence)
  const sum = (pick: (replay: Replay) => number): number => ended.reduce((total, { replay }) => total + pick(replay), 0)
  return {
    service,
    aggregate: decider.aggregate,
    version: decider.version,
    aggregates: ended.length,
    decisions: sum(({ decisions }) => decisions),
    facts: sum(({ facts }) => facts),
    different: differences.length,
    differences: differences.slice(0, SHOWN),
  }
}

/** Takes every decision of every service again. */
export async function* verifyAllDecisions(source: DecisionSource): AsyncGenerator<DecisionsReport> {
  for (const { name, deciders = [] } of Object.values(allServices))
    for (const decider of deciders) yield await verifyDecider(name, decider, source)
}
