import type { GatewayEvent, InventoryEvent, OrchestratorEvent, RuntimeEvent } from '@zyra/contracts'
import type { Recorded } from '@zyra/es'
import { toRecorded, type StoredEvent } from '@zyra/jetstream'
import type { Codec } from '@zyra/runtime'
import { sentenceOf } from '../base/failure.ts'

/** Every event that this release knows. */
export type KnownEvent = Recorded<GatewayEvent | InventoryEvent | OrchestratorEvent | RuntimeEvent>

/** An event as it stands in the log, and as its contract reads it. */
export interface Entry {
  readonly stored: StoredEvent
  /** Its data is as stored where `problem` is told. */
  readonly event: Recorded
  /** Why its contract does not read it. */
  readonly problem: string | undefined
}

/** Opens an event; one that cannot be opened is shown all the same. */
export const openEntry = async (codec: Codec, stored: StoredEvent): Promise<Entry> => {
  try {
    return { stored, event: await codec.open(stored), problem: undefined }
  } catch (error) {
    return { stored, event: toRecorded(stored, stored.data), problem: sentenceOf(error) }
  }
}

/** Opens events in order. */
export const openEntries = async (codec: Codec, stored: readonly StoredEvent[]): Promise<readonly Entry[]> => {
  const entries: Entry[] = []
  for (const one of stored) entries.push(await openEntry(codec, one))
  return entries
}

/** The event with its type told by its name; undefined where its contract does not read it. The codec has checked its data. */
export const known = ({ event, problem }: Entry): KnownEvent | undefined => (problem === undefined ? (event as KnownEvent) : undefined)

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Everything about an event, for programs. */
export const entryJson = ({ stored: { sequence, subject, envelope }, event: { data, meta }, problem }: Entry) => ({
  sequence,
  subject,
  merchant: meta.merchant,
  service: meta.service,
  aggregate: meta.aggregate,
  aggregateId: meta.aggregateId,
  ...envelope,
  ...(envelope.command === undefined ? {} : { command: parsed(envelope.command) }),
  data,
  ...(problem === undefined ? {} : { problem }),
})
