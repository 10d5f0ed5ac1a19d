import type { StoredEvent } from '@zyra/jetstream'

/** Deliveries by their webhook id and how often each is in the log. */
export const timesKept = (events: readonly StoredEvent[]): ReadonlyMap<string, number> => {
  const times = new Map<string, number>()
  for (const { data } of events) {
    const { webhookId } = data as { webhookId: string }
    times.set(webhookId, (times.get(webhookId) ?? 0) + 1)
  }
  return times
}

/** Event ids that stand in the log more than once. */
export const repeatedIds = (events: readonly StoredEvent[]): readonly string[] => {
  const seen = new Set<string>()
  return events.flatMap(({ envelope: { id } }) => {
    const repeated = seen.has(id)
    seen.add(id)
    return repeated ? [id] : []
  })
}

/** Decisions that were taken more than once: one cause, one handler, one attempt and one aggregate, recorded apart. */
export const repeatedDecisions = (events: readonly StoredEvent[]): readonly string[] => {
  const last = new Map<string, number>()
  return events.flatMap(({ subject, envelope: { causationId, handler, attempt, index } }) => {
    const key = `${subject} ${causationId} ${handler} ${attempt}`
    const before = last.get(key)
    last.set(key, index)
    return before !== undefined && index <= before ? [key] : []
  })
}
