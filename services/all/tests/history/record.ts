// npm run record: plays a shop's life in the sandbox and keeps its log in libs/contracts/histories, for every later release to replay.
import { toPlain } from '@zyra/jetstream'
import { rows } from '@zyra/postgres'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DEMO } from '../../src/bootstrap.ts'
import { allServices } from '../../src/services.ts'
import { settled, startSystem, storedEvents, type System } from '../harness.ts'
import { openReaders } from '../readers.ts'
import { play } from './scenario.ts'

const SEED = 20261120
const ORDERS = 80

const WARNING =
  'Recorded in the sandbox: nobody in it exists. testMasterKey is a key for tests. It was made for this recording, opens nothing else and protects nothing.'

const keysOf = async ({ js }: System): Promise<readonly object[]> => {
  const names = (await js.keys.list('')).toSorted()
  return Promise.all(names.map(async (name) => ({ kind: 'key', name, value: Buffer.from((await js.keys.get(name)) ?? []).toString('base64') })))
}

const rowsOf = async (system: System): Promise<readonly object[]> => {
  const readers = await openReaders(system)
  try {
    const projections = Object.values(allServices).flatMap(({ projections: own = [] }) => own)
    const found = await Promise.all(projections.map(async (projection) => {
      const page = await rows(readers.db, projection).find(DEMO.merchant, {}, { limit: 1_000 })
      const { name, version } = projection
      return page.found.map(({ key, row }) => ({ kind: 'row', projection: name, version, merchant: DEMO.merchant, key, row }))
    }))
    return found.flat()
  } finally {
    await readers.close()
  }
}

const record = async (file: string, release: string): Promise<void> => {
  const system = await startSystem()
  try {
    await system.startServices()
    await settled(system)
    await play(system, SEED, ORDERS)
    const events = (await storedEvents(system, ['zyra.>'])).map((event) => ({ kind: 'event', ...toPlain(event) }))
    const [keys, folded] = [await keysOf(system), await rowsOf(system)]
    const testMasterKey = readFileSync(join(system.dataDir, 'secrets', 'master.key')).toString('base64')
    const about = { kind: 'about', warning: WARNING, release, seed: SEED, events: events.length, rows: folded.length, testMasterKey }
    const lines = [about, ...keys, ...events, ...folded].map((line) => JSON.stringify(line))
    const bytes = gzipSync(`${lines.join('\n')}\n`, { level: 9 })
    writeFileSync(file, bytes)
    console.log(`${file}: ${events.length} events, ${folded.length} rows, ${keys.length} keys, ${bytes.length} bytes`)
  } finally {
    await system.stop()
  }
}

const root = join(import.meta.dirname, '../../../..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
const target = process.argv[2] ?? join(root, `libs/contracts/histories/${version}.ndjson.gz`)
if (existsSync(target)) throw new Error(`${target} is there already: a history is recorded once and never changed. Name another file.`)
await record(target, version)
