import { stockRows } from '@zyra/inventory'
import { openPostgres, type Postgres } from '@zyra/postgres'
import { loadMasterKey, openVault, type Vault } from '@zyra/privacy'
import { createCodec, fileObjects, type Codec } from '@zyra/runtime'
import { join } from 'node:path'
import type { System } from './harness.ts'

/** What reads an installation from outside, as the command line does. */
export interface Readers {
  readonly vault: Vault
  readonly codec: Codec
  readonly db: Postgres
  readonly close: () => Promise<void>
}

/** Opens the keys, the log's bodies and the rows of an installation. */
export const openReaders = async ({ dataDir, js, postgres }: System): Promise<Readers> => {
  const masterKey = await loadMasterKey(join(dataDir, 'secrets', 'master.key'))
  const vault = openVault({ store: js.keys, masterKey, cacheSize: 100, maxAgeMs: 100, now: () => performance.now() })
  const codec = createCodec({ vault, objects: fileObjects(join(dataDir, 'objects')) })
  const db = await openPostgres({ url: postgres.url })
  return { vault, codec, db, close: () => db.close() }
}

export { stockRows }
