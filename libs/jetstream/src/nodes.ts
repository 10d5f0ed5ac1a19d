import { setTimeout as delay } from 'node:timers/promises'
import type { Connection } from './link.ts'
import { streamFacts, type StreamFacts } from './segments.ts'

/** A stream's leader hears from every other node once a second (nats-server's `raft.go`): one that was silent for longer may be away, in ms. */
const SILENT_AFTER_MS = 1_500
const LOOK_EVERY_MS = 100

/** What keeps a stream from being whole on all of its nodes, in words; undefined where nothing does, as on a single server. */
export const missingOn = ({ config: { name, num_replicas: count }, cluster = {} }: StreamFacts): string | undefined => {
  if (count === 1) return undefined
  const { leader = '', replicas = [] } = cluster
  if (leader === '') return `${name} has no leader`
  const isWhole = ({ current, offline = false, active }: (typeof replicas)[number]): boolean => current && !offline && active / 1e6 <= SILENT_AFTER_MS
  const missing = replicas.filter((replica) => !isWhole(replica)).map((replica) => replica.name)
  if (missing.length > 0) return `${missing.join(' and ')} is away or does not have all of ${name} yet`
  return replicas.length < count - 1 ? `${name} is on ${replicas.length + 1} of its ${count} nodes only` : undefined
}

/**
 * Waits until a stream is whole on all of its nodes, beginning with what was just seen of it. Answers what is missing after so long; undefined
 * if nothing is. Asks nothing where there is one node.
 * @throws LogUnavailable, LogRefused
 */
export const waitForNodes = async (connection: Connection, seen: StreamFacts, withinMs: number): Promise<string | undefined> => {
  const deadline = performance.now() + withinMs
  for (let facts: StreamFacts | undefined = seen; ; facts = await streamFacts(connection, seen.config.name)) {
    const missing = facts === undefined ? `${seen.config.name} is gone` : missingOn(facts)
    if (missing === undefined || performance.now() > deadline) return missing
    await delay(LOOK_EVERY_MS)
  }
}
