import { isDeepStrictEqual } from 'node:util'
import { eventRegistry, type EventDefinition } from '@zyra/contracts'
import type { AnyDecider } from '@zyra/es'
import type { EventLog, Snapshots, StoredEvent } from '@zyra/jetstream'
import { z } from 'zod'
import { messageOf } from './errors.ts'

/** A state and the event of its aggregate up to which it is folded. */
export interface Snapshot {
  readonly state: unknown
  readonly sequence: number
  /** The id of that event. */
  readonly eventId: string
}

/** Snapshots as deciding uses them: nothing about them ever fails a decision. */
export interface StateSnapshots {
  /** The newest one that these rules wrote in this epoch. Whether the log holds its last event is for the caller to see. */
  readonly find: (decider: AnyDecider, subject: string) => Promise<Snapshot | undefined>
  /** Stores one, sometime. Answers at once. */
  readonly keep: (decider: AnyDecider, subject: string, snapshot: Snapshot) => void
}

/** What snapshots stand on. */
export interface StateSnapshotsOptions {
  readonly store: Snapshots
  readonly epoch: EventLog['epoch']
  readonly service: string
  readonly onProblem: (problem: string) => void
  readonly registry?: ReadonlyMap<string, EventDefinition>
}

/** A longer state is worth its place no more, in bytes of JSON. */
const MAX_BYTES = 1024 * 1024

const stored = z.object({ version: z.number(), epoch: z.number(), sequence: z.number().int().positive(), eventId: z.string(), state: z.unknown() })

/** A state is made of the events of its aggregate and of nothing else: it is free of personal data where their contracts are. */
const personalAggregates = (service: string, registry: ReadonlyMap<string, EventDefinition>): ReadonlySet<string> => {
  const personal = [...registry].filter(([type, { personal: fields = [] }]) => type.startsWith(`${service}.`) && fields.length > 0)
  return new Set(personal.map(([, { aggregate }]) => aggregate))
}

/** The state as JSON, undefined where another state would come back from it. */
const plainTextOf = (state: unknown): string | undefined => {
  try {
    const text = JSON.stringify(state)
    return isDeepStrictEqual(JSON.parse(text), state) ? text : undefined
  } catch {
    return undefined
  }
}

/** True where the snapshot's last event stands in the log at its place: a log that was restored may hold another one there, or none. */
export const standsIn = ({ sequence, eventId }: Snapshot, events: readonly StoredEvent[]): boolean =>
  events.some((event) => event.sequence === sequence && event.envelope.id === eventId)

/** See {@link StateSnapshots}. An aggregate whose events carry personal data, which the state then holds in clear, has none. */
export const createStateSnapshots = ({ store, epoch, service, onProblem, registry = eventRegistry }: StateSnapshotsOptions): StateSnapshots => {
  const refused = personalAggregates(service, registry)

  const find: StateSnapshots['find'] = async ({ aggregate, version }, subject) => {
    if (refused.has(aggregate)) return undefined
    try {
      const { data: found } = stored.safeParse(await store.get(subject))
      return found?.version === version && found.epoch === epoch ? found : undefined
    } catch (error) {
      onProblem(`the snapshot of ${subject} cannot be read, so all its events are: ${messageOf(error)}`)
      return undefined
    }
  }

  const keep: StateSnapshots['keep'] = ({ aggregate, version }, subject, snapshot) => {
    if (refused.has(aggregate)) return
    const text = plainTextOf(snapshot.state)
    if (text === undefined) return onProblem(`the state of ${subject} is not plain JSON, so it has no snapshot: see what its decider's \`evolve\` answers`)
    if (Buffer.byteLength(text) > MAX_BYTES) return
    store.put(subject, { version, epoch, ...snapshot }).catch((error: unknown) => onProblem(`the snapshot of ${subject} is not stored: ${messageOf(error)}`))
  }

  return { find, keep }
}
