import { currentVersion, definitionOf } from '@zyra/contracts'
import type { Recorded } from '@zyra/es'
import { subjectOf, type AppendResult, type EventLog } from '@zyra/jetstream'

/**
 * Appends events as `recorded` makes them to a log, each as a fact of its own: what `meta` says of epoch and sequence is the log's own choice.
 * @returns what became of each
 */
export const enter = async (log: EventLog, ...events: readonly Recorded[]): Promise<readonly AppendResult[]> => {
  const results: AppendResult[] = []
  for (const { type, data, meta } of events) {
    const { id, time, merchant, service, aggregate, aggregateId, correlationId, causationId, actor, backfill } = meta
    const envelope = {
      id, type, source: `zyra/${merchant}/${service}/${aggregate}/${aggregateId}`, time, version: currentVersion(definitionOf(type)),
      correlationId, causationId, actor, handler: actor, index: 0, deciderVersion: 0, attempt: 1, backfill,
    }
    results.push(await log.append({ subject: subjectOf({ merchant, service, aggregate, id: aggregateId }), events: [{ envelope, data }] }))
  }
  return results
}
