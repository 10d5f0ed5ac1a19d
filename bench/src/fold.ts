import { stockRows } from '@zyra/all'
import { applyToRow, type Row } from '@zyra/es'
import type { JetStream } from '@zyra/jetstream'
import type { Source } from '@zyra/postgres'
import { loadMasterKey, openVault } from '@zyra/privacy'
import { createCodec, fileObjects, sourceOf } from '@zyra/runtime'
import { join } from 'node:path'

/** What reads the log as the inventory service does: opens every event, checks it, and brings it to its current version. */
export const openReader = async (js: JetStream, dataDir: string) => {
  const masterKey = await loadMasterKey(join(dataDir, 'secrets', 'master.key'))
  const vault = openVault({ store: js.keys, masterKey, cacheSize: 10_000, maxAgeMs: 10_000, now: () => performance.now() })
  const codec = createCodec({ vault, objects: fileObjects(join(dataDir, 'objects')) })
  return {
    /** The stock of every item, from the first event to the last one of now. */
    source: (signal: AbortSignal): Source => sourceOf({ log: js.log, codec, service: 'inventory', signal }, stockRows, 0),
    close: js.close,
  }
}

/** Folds events into rows in memory; answers how many there were. */
export const foldInMemory = async (source: Source): Promise<number> => {
  const rows = new Map<string, Row | undefined>()
  let count = 0
  for await (const { events } of source) {
    for (const event of events) rows.set(event.meta.aggregateId, applyToRow(stockRows, rows.get(event.meta.aggregateId), event))
    count += events.length
  }
  return count
}
