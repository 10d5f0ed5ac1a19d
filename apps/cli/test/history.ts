import { applyToRow, rowKey, type AnyDecider, type AnyProjection, type Recorded, type Row } from '@zyra/es'
import { fromPlain, toPlain, type PlainMessage, type StoredEvent } from '@zyra/jetstream'
import { memoryKeyStore, openVault } from '@zyra/privacy'
import { createCodec, type ServiceDefinition } from '@zyra/runtime'
import { createSecretKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { verifyDecisions, type DecisionDifference, type RecordedEvent } from '../src/replay/verify.ts'

const line = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('about'), warning: z.string(), release: z.string(), seed: z.number(), events: z.number(), rows: z.number(), testMasterKey: z.base64(),
  }),
  z.strictObject({ kind: z.literal('key'), name: z.string(), value: z.base64() }),
  z.strictObject({ kind: z.literal('event'), subject: z.string(), sequence: z.number(), headers: z.record(z.string(), z.string()), body: z.string() }),
  z.strictObject({
    kind: z.literal('row'), projection: z.string(), version: z.number(), merchant: z.string(), key: z.string(), row: z.record(z.string(), z.unknown()),
  }),
])
type Line = z.infer<typeof line>
type Of<Kind extends Line['kind']> = Extract<Line, { readonly kind: Kind }>

/** A log that a release wrote, with the keys to read it and the rows that it was folded to. */
export interface History {
  readonly about: Of<'about'>
  readonly keys: readonly Of<'key'>[]
  readonly messages: readonly PlainMessage[]
  readonly rows: readonly Of<'row'>[]
}

/** @throws Error for a file that is not what `npm run record` writes */
export const readHistory = (file: string): History => {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n').map((text) => line.parse(JSON.parse(text)))
  const of = <Kind extends Line['kind']>(kind: Kind): Of<Kind>[] => lines.filter((one): one is Of<Kind> => one.kind === kind)
  const [about] = of('about')
  const history = { keys: of('key'), messages: of('event').map(({ kind: _kind, ...message }) => message), rows: of('row') }
  if (about?.events !== history.messages.length || about.rows !== history.rows.length) throw new Error(`${file} does not hold what it says it holds`)
  return { about, ...history }
}

/** An event with its envelope, opened and brought to the current version. */
export interface Opened {
  readonly stored: StoredEvent
  readonly event: Recorded
}

/** Reads each event as the runtime does. @throws the first error: a version that is not known, data that its schema refuses */
export const openAll = async ({ about, keys, messages }: History): Promise<readonly Opened[]> => {
  const store = memoryKeyStore()
  for (const { name, value } of keys) await store.create(name, Buffer.from(value, 'base64'))
  const masterKey = createSecretKey(about.testMasterKey, 'base64')
  const vault = openVault({ store, masterKey, cacheSize: 1_000, maxAgeMs: 60_000, now: () => 0 })
  const nowhere = async (): Promise<never> => {
    throw new Error('a recorded history has no large bodies')
  }
  const codec = createCodec({ vault, objects: { put: nowhere, get: nowhere } })
  const opened: Opened[] = []
  for (const message of messages) {
    const stored = fromPlain(message)
    opened.push({ stored, event: await codec.open(stored) })
  }
  return opened
}

/** A decision that today's rules take otherwise, and whose it is. */
export type Difference = DecisionDifference & { readonly aggregate: string; readonly subject: string }

/** What taking the recorded decisions again came to. */
export interface DecidedAgain {
  readonly same: number
  /** Taken otherwise by the very version that is recorded: a rule has changed without its version. */
  readonly different: readonly Difference[]
  /** Taken otherwise by a newer version, which it may. */
  readonly otherwise: readonly Difference[]
}

const asRecorded = ({ stored: { sequence, envelope }, event: { type, data } }: Opened): RecordedEvent => {
  const { causationId, handler, attempt, command, deciderVersion } = envelope
  return { type, data, sequence, causationId, handler, attempt, command, deciderVersion }
}

/** Takes every recorded decision of these deciders again, on the state that the recorded events lead to. */
export const decideAgain = (services: readonly ServiceDefinition[], opened: readonly Opened[]): DecidedAgain => {
  const verifyOne = (service: string, decider: AnyDecider) => {
    const ours = opened.filter(({ event: { meta } }) => meta.service === service && meta.aggregate === decider.aggregate)
    const bySubject = [...Map.groupBy(ours, ({ stored }) => stored.subject)]
    return bySubject.map(([subject, events]) => ({ subject, decider, ...verifyDecisions(decider, events.map(asRecorded)) }))
  }
  const verified = services.flatMap(({ name, deciders = [] }) => deciders.flatMap((decider) => verifyOne(name, decider)))
  const differences = verified.flatMap(({ subject, decider: { aggregate, version }, differences: found }) =>
    found.map((difference) => ({ aggregate, subject, isNewer: version > difference.deciderVersion, ...difference })))
  return {
    same: verified.reduce((sum, { decisions }) => sum + decisions, 0) - differences.length,
    different: differences.filter(({ isNewer }) => !isNewer),
    otherwise: differences.filter(({ isNewer }) => isNewer),
  }
}

/** What folding the events into rows came to. */
export interface FoldedAgain {
  readonly same: number
  /** Keys of rows that this version of a projection folded otherwise once, or not at all. */
  readonly different: readonly string[]
  /** Rows of projections that are gone or have a newer version, whose rows may differ. */
  readonly skipped: number
}

const fold = (service: string, projection: AnyProjection, opened: readonly Opened[]): ReadonlyMap<string, Row> => {
  const rows = new Map<string, Row>()
  for (const { event } of opened) {
    if (event.type.startsWith('runtime.') && event.meta.service !== service) continue
    const key = `${event.meta.merchant}/${rowKey(projection, event)}`
    const row = applyToRow(projection, rows.get(key), event)
    if (row === undefined) rows.delete(key)
    else rows.set(key, row)
  }
  return rows
}

const text = (row: Row | undefined): string => JSON.stringify(row, (_name, value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).toSorted()) : value)

/** Folds the events into rows with these projections, and lays them beside the recorded ones. */
export const foldAgain = (services: readonly ServiceDefinition[], { rows: recorded }: History, opened: readonly Opened[]): FoldedAgain => {
  const folded = services.flatMap(({ name, projections = [] }) => projections.map((projection) => ({ projection, rows: fold(name, projection, opened) })))
  const compared = folded.flatMap(({ projection: { name, version }, rows }) => {
    const before = recorded.filter((row) => row.projection === name && row.version === version)
    const wanted = new Map(before.map(({ merchant, key, row }) => [`${merchant}/${key}`, row]))
    const keys = before.length === 0 ? [] : [...new Set([...wanted.keys(), ...rows.keys()])]
    return keys.map((key) => ({ key: `${name} ${key}`, isSame: text(wanted.get(key)) === text(rows.get(key)) }))
  })
  const different = compared.filter(({ isSame }) => !isSame).map(({ key }) => key)
  const same = compared.length - different.length
  return { same, different, skipped: recorded.length - same - different.length }
}

/** Hands each event to every policy and reactor that hears it; answers how many did. @throws what a handler throws at an old event */
export const hearAgain = (services: readonly ServiceDefinition[], opened: readonly Opened[]): number => {
  const handlers = services.flatMap(({ policies = [], reactors = [] }) => [...policies, ...reactors])
  return opened.flatMap(({ event }) => handlers.flatMap(({ on }) => {
    const handle = on[event.type]
    return handle === undefined ? [] : [handle(event as never)]
  })).length
}

/** The history with one message changed. */
export const changed = (history: History, isTheOne: (event: StoredEvent) => boolean, change: (event: StoredEvent) => StoredEvent): History => {
  const index = history.messages.findIndex((message) => isTheOne(fromPlain(message)))
  const message = history.messages[index]
  if (message === undefined) throw new Error('no message of the history is the one to change')
  return { ...history, messages: history.messages.with(index, toPlain(change(fromPlain(message)))) }
}
