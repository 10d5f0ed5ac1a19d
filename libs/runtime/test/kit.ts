import { createSecretKey } from 'node:crypto'
import { entryId, eventId } from '@zyra/contracts'
import { decider, policy, reactor, type DomainEvent, type EffectResult, type Port } from '@zyra/es'
import { subjectOf, type Address, type EventLog, type OutgoingEvent, type Snapshots, type StoredEvent } from '@zyra/jetstream'
import { memoryKeyStore, openVault } from '@zyra/privacy'
import { memoryLog } from '@zyra/testing'
import { createCodec } from '../src/codec.ts'
import { createDecisions, type Cause } from '../src/decisions.ts'
import type { Objects } from '../src/objects.ts'
import type { Observer } from '../src/observer.ts'
import type { Ownership } from '../src/ownership.ts'
import { openParking, type HandlerKind } from '../src/parking.ts'

export const TIME = '2026-11-20T08:00:00.000Z'

/** Large bodies in memory. */
export const memoryObjects = (): Objects & { readonly bodies: Map<string, Uint8Array> } => {
  const bodies = new Map<string, Uint8Array>()
  return {
    bodies,
    put: async (sha256, bytes) => void bodies.set(sha256, bytes),
    get: async (sha256) => {
      const bytes = bodies.get(sha256)
      if (bytes === undefined) throw new Error(`object ${sha256} is missing`)
      return bytes
    },
  }
}

/** Snapshots in memory, as JSON; `fails` makes both directions throw. */
export const memorySnapshots = () => {
  const kept = new Map<string, string>()
  const asked: string[] = []
  const state = { fails: false }
  const store: Snapshots = {
    get: async (subject) => {
      asked.push(subject)
      if (state.fails) throw new Error('the store is broken')
      const text = kept.get(subject)
      return text === undefined ? undefined : JSON.parse(text)
    },
    put: async (subject, snapshot) => {
      if (state.fails) throw new Error('the store is broken')
      kept.set(subject, JSON.stringify(snapshot))
    },
  }
  return { store, kept, asked, state }
}

export const testVault = () =>
  openVault({ store: memoryKeyStore(), masterKey: createSecretKey(Buffer.alloc(32, 7)), cacheSize: 100, maxAgeMs: 10_000, now: () => 0 })

/** What the runtime tells, remembered. */
export const listening = () => {
  const told = { waited: [] as string[], parked: [] as string[], problems: [] as string[], decided: [] as string[], pauses: [] as number[] }
  const observer: Observer = {
    handled: () => undefined,
    waited: (handler, subject, why, reason, pauseMs) => {
      told.waited.push(`${handler} ${reason}: ${why}`)
      told.pauses.push(pauseMs)
    },
    parked: (handler, subject, error) => void told.parked.push(`${handler} ${subject}: ${error}`),
    lots: () => undefined,
    decided: (aggregate, status) => void told.decided.push(`${aggregate} ${status}`),
    lag: () => undefined,
    stopped: () => undefined,
    appended: () => undefined,
    called: () => undefined,
    gate: () => undefined,
    problem: (where, what) => void told.problems.push(`${where}: ${what}`),
  }
  return { told, observer }
}

type CountCommand = { readonly type: 'Add'; readonly by: number } | { readonly type: 'Break' }
interface BufferSet extends DomainEvent {
  readonly type: 'inventory.BufferSet'
  readonly data: { readonly buffer: number }
}

/** Counts: each decision adds to what stands there; a negative sum is not legal data; adding 0 is nothing to do. */
export const counter = decider<CountCommand, BufferSet, { readonly sum: number; readonly events: number }>({
  aggregate: 'stock',
  version: 3,
  initialState: { sum: 0, events: 0 },
  evolve: ({ events }, { data }) => ({ sum: data.buffer, events: events + 1 }),
  decide: (command, { sum }) => {
    if (command.type === 'Break') throw new Error('cannot be decided')
    return command.by === 0 ? [] : [{ type: 'inventory.BufferSet', data: { buffer: sum + command.by } }]
  },
})

interface Asked extends DomainEvent {
  readonly type: 'inventory.ReconcileFailed'
  readonly data: { readonly reason: string }
}

/** Adds 1 to every aggregate that the reason names; `!` cannot be evaluated. */
export const addToAll = policy<Asked, CountCommand>({
  name: 'add-to-all',
  on: {
    'inventory.ReconcileFailed': ({ data: { reason } }) => {
      if (reason === '!') throw new Error('the policy stumbles over this event')
      return reason.split(' ').filter(Boolean).map((id) => ({ aggregate: 'stock', id, command: { type: 'Add' as const, by: 1 } }))
    },
  },
})

/** Sets the buffer of the outside to what was decided. */
export type ValuePort = Port<number, number>
type Outcome = Asked | { readonly type: 'inventory.ReconcileFinished'; readonly data: { readonly items: number } }

export const valueReactor = (more: { readonly newestOnly?: boolean; readonly previously?: readonly string[]; readonly name?: string } = {}) =>
  reactor<BufferSet, ValuePort, Outcome>({
    name: 'set-value',
    port: 'value',
    effect: 'value',
    ...more,
    on: { 'inventory.BufferSet': ({ data: { buffer } }) => ({ permit: { class: 'operational', effect: 'keeps-stock-true' }, input: buffer }) },
    outcome: (_input, result: EffectResult<number>) =>
      result.ok
        ? [{ type: 'inventory.ReconcileFinished', data: { items: result.value } }]
        : [{ type: 'inventory.ReconcileFailed', data: { reason: result.error } }],
  })

/** An event as somebody else appended it. */
export const outgoing = (address: Address, event: DomainEvent, more: Partial<OutgoingEvent['envelope']> = {}): OutgoingEvent => {
  const id = more.id ?? entryId(JSON.stringify([address, event, more]))
  return {
    data: event.data,
    envelope: {
      id, type: event.type, version: 1, time: TIME, correlationId: id, causationId: id, actor: 'spec', handler: 'spec', index: 0, deciderVersion: 0,
      source: `zyra/${address.merchant}/${address.service}/${address.aggregate}/${address.id}`, attempt: 1, backfill: false, ...more,
    },
  }
}

export const addressIn = (aggregate: string, id: string, service = 'inventory'): Address => ({ merchant: 'demo', service, aggregate, id })

/** A log with what a service has around it, and ways to put events there. */
export const bench = (log = memoryLog()) => {
  const objects = memoryObjects()
  const codec = createCodec({ vault: testVault(), objects })
  const decisionsOf = (cacheSize = 100, on: EventLog = log) =>
    createDecisions({ log: on, codec, service: 'inventory', deciders: [counter], now: () => TIME, cacheSize })
  const decisions = decisionsOf()

  const put = async (aggregate: string, id: string, event: DomainEvent, more: Partial<OutgoingEvent['envelope']> = {}): Promise<StoredEvent> => {
    const address = addressIn(aggregate, id)
    const unique = { id: entryId('put', String(log.events().length), JSON.stringify(event)), ...more }
    await log.append({ subject: subjectOf(address), events: [outgoing(address, event, unique)] })
    return log.events().at(-1)!
  }
  const ask = (reason: string, more: Partial<OutgoingEvent['envelope']> = {}, topic = 'topic') =>
    put('reconcile', topic, { type: 'inventory.ReconcileFailed', data: { reason } }, more)
  const set = (id: string, buffer: number, more: Partial<OutgoingEvent['envelope']> = {}) =>
    put('stock', id, { type: 'inventory.BufferSet', data: { buffer } }, more)
  const at = (aggregate: string, id: string): StoredEvent[] => log.events().filter(({ subject }) => subject === subjectOf(addressIn(aggregate, id)))
  /** The numbers that stand in an aggregate's events. */
  const buffers = (id: string): number[] => at('stock', id).map(({ data }) => (data as { buffer: number }).buffer)
  const cause = (name: string, more: Partial<Pick<Cause, 'handler' | 'formerly' | 'attempt' | 'mayStandAfter'>> = {}) => ({
    meta: { merchant: 'demo', id: entryId('cause', name), correlationId: entryId('cause', name), backfill: false },
    handler: 'add', actor: 'policy:add', attempt: 1, ...more,
  })

  return { log, objects, codec, decisions, decisionsOf, put, ask, set, at, buffers, cause }
}

export type Bench = ReturnType<typeof bench>

/** The id that a decision's first event gets. */
export const firstIdOf = ({ meta, handler, attempt }: ReturnType<Bench['cause']>): string => eventId({ causationId: meta.id, handler, attempt, index: 0 })

/** An owner whose ownership ends when the spec says so. */
export const ownerOf = async ({ log, decisions }: Pick<Bench, 'log' | 'decisions'>, kind: HandlerKind, mayBeInWorkElsewhere = false) => {
  const [lost, draining] = [new AbortController(), new AbortController()]
  const owned: Ownership = {
    lost: lost.signal,
    leaving: AbortSignal.any([lost.signal, draining.signal]),
    parking: await openParking({ log, decisions, service: 'inventory', kind }),
    mayBeInWorkElsewhere: () => mayBeInWorkElsewhere,
  }
  return { owned, lose: () => lost.abort(), leave: () => draining.abort() }
}

/** Resolves once the condition holds; the work under test has to make it hold by itself. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
