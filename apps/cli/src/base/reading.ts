import { eventRegistry } from '@zyra/contracts'
import { inboxPrefixOf, openJetStream, type EventLog, type JetStream, type StoredEvent } from '@zyra/jetstream'
import { openPostgres, type Postgres } from '@zyra/postgres'
import { loadMasterKey, memoryKeyStore, openVault, type Vault } from '@zyra/privacy'
import { createCodec, fileObjects, type Codec } from '@zyra/runtime'
import { readNatsSeed } from '@zyra/servers'
import { createSecretKey, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { sentenceOf, unreachable } from './failure.ts'
import { findInstallation, type Installation } from './installation.ts'

/** The user of the log that may read and nothing else. */
const USER = 'cli'

/** Stands where a personal value stands that was not asked for. */
export const HIDDEN = '[encrypted]'

/** Everything that commands read from. */
export interface Reading {
  readonly installation: Installation
  readonly log: EventLog
  readonly segments: JetStream['segments']
  /** A part of the log as it is stored, byte for byte. */
  readonly readRaw: JetStream['readRaw']
  /** Opens events; personal values stay {@link HIDDEN}. */
  readonly hidden: Codec
  /** Opens events whole. @throws Error when the installation's master key is not here */
  readonly whole: () => Promise<Codec>
  /** The database, connected on first use. */
  readonly database: () => Promise<Postgres>
}

const seedFor = ({ config }: Installation): { readonly seed?: string } => {
  if (config.natsUrl !== undefined && !existsSync(join(config.dataDir, 'secrets', `nats-${USER}.seed`))) return {}
  return { seed: readNatsSeed(config.dataDir, USER) }
}

const connect = async (installation: Installation): Promise<JetStream> => {
  try {
    return await openJetStream({ url: installation.natsUrl, name: 'zyra-cli', inboxPrefix: inboxPrefixOf(USER), ...seedFor(installation) })
  } catch (error) {
    throw unreachable(`The log cannot be read (${sentenceOf(error)}): see whether "npm start" still runs, or ask "npx zyra doctor".`)
  }
}

const NO_CACHE = { cacheSize: 1_000, maxAgeMs: 60_000, now: () => performance.now() }

/** A vault that opens nothing and never looks at a key. */
const closedVault = (): Vault => ({
  ...openVault({ store: memoryKeyStore(), masterKey: createSecretKey(randomBytes(32)), ...NO_CACHE }),
  decrypt: async () => HIDDEN,
})

const openedVault = async ({ config }: Installation, js: JetStream): Promise<Vault> => {
  const file = join(config.dataDir, 'secrets', 'master.key')
  // Reading it would make a new one, which opens nothing.
  if (!existsSync(file))
    throw new Error(`Personal data needs the master key of the installation, and ${file} is not there: run this where the services run.`)
  return openVault({ store: js.keys, masterKey: await loadMasterKey(file), ...NO_CACHE })
}

/**
 * Connects to what runs, does the work, and disconnects.
 * @throws Failure (exit code 3) when nothing runs or it does not answer; what `work` throws
 */
export const withReading = async <Result>(work: (reading: Reading) => Promise<Result>): Promise<Result> => {
  const installation = findInstallation()
  const js = await connect(installation)
  const objects = fileObjects(join(installation.config.dataDir, 'objects'))
  let db: Promise<Postgres> | undefined
  let whole: Promise<Codec> | undefined
  try {
    return await work({
      installation,
      log: js.log,
      segments: js.segments,
      readRaw: js.readRaw,
      hidden: createCodec({ vault: closedVault(), objects }),
      whole: () => (whole ??= openedVault(installation, js).then((vault) => createCodec({ vault, objects }))),
      database: () => (db ??= openPostgres({ url: installation.databaseUrl, poolSize: 4 })),
    })
  } finally {
    await db?.then(
      (opened) => opened.close(),
      () => undefined,
    )
    await js.close()
  }
}

/** True for an event that this release has a contract of. */
export const isKnown = ({ envelope }: StoredEvent): boolean => eventRegistry.has(envelope.type)
