import { createHash } from 'node:crypto'
import { currentVersion, definitionOf, eventRegistry, readEvent, UnknownEventVersion, type EventDefinition } from '@zyra/contracts'
import type { DomainEvent, Recorded } from '@zyra/es'
import { toRecorded, type StoredEvent } from '@zyra/jetstream'
import { openEvent, sealEvent, type Vault } from '@zyra/privacy'
import { z } from 'zod'
import type { Objects } from './objects.ts'

/** Bodies above this size go to the object store, and the event carries their hash. */
export const MAX_INLINE_BYTES = 256 * 1024

const reference = z.strictObject({ $object: z.strictObject({ sha256: z.string().length(64), bytes: z.number().int() }) })

/** An event as the log stores it. */
export interface Sealed {
  readonly data: unknown
  readonly version: number
  /** What `open` will answer as its data. */
  readonly checked: unknown
}

/** Turns events into what the log stores and back: checks, encrypts, moves large bodies out, brings old versions up to date. */
export interface Codec {
  /** @throws InvalidEventData before anything is written */
  readonly seal: (merchant: string, id: string, event: DomainEvent) => Promise<Sealed>
  /** @throws UnknownEventVersion also for an event that only a newer release declares; InvalidEventData */
  readonly open: (stored: StoredEvent) => Promise<Recorded>
}

/** What events are sealed and opened with. */
export interface CodecOptions {
  readonly vault: Vault
  readonly objects: Objects
  /** The events that this release knows: those of the contracts. */
  readonly registry?: ReadonlyMap<string, EventDefinition>
}

/** See {@link Codec}. */
export const createCodec = ({ vault, objects, registry = eventRegistry }: CodecOptions): Codec => {
  /** What this release cannot read is said before anything of it is touched: it may be encrypted or stored in ways unknown here. */
  const readable = ({ type, version }: StoredEvent['envelope']): EventDefinition => {
    const definition = registry.get(type)
    if (definition === undefined) throw new UnknownEventVersion(`this release does not know the event ${type}. Install the release that wrote it.`)
    const newest = currentVersion(definition)
    if (version <= newest) return definition
    throw new UnknownEventVersion(`${type} has version ${version}; this release knows versions 1 to ${newest}. Install the release that wrote it.`)
  }

  const moveOut = async (data: unknown): Promise<unknown> => {
    const body = Buffer.from(JSON.stringify(data))
    if (body.length <= MAX_INLINE_BYTES) return data
    const sha256 = createHash('sha256').update(body).digest('hex')
    await objects.put(sha256, body)
    return { $object: { sha256, bytes: body.length } }
  }

  const bringIn = async (data: unknown): Promise<unknown> => {
    const moved = reference.safeParse(data)
    return moved.success ? JSON.parse(Buffer.from(await objects.get(moved.data.$object.sha256)).toString('utf8')) : data
  }

  return {
    seal: async (merchant, id, event) => {
      const definition = registry.get(event.type) ?? definitionOf(event.type)
      const version = currentVersion(definition)
      const checked = readEvent(event.type, definition, version, event.data)
      const sealed = await sealEvent(vault, { merchant, id, definition, data: checked })
      return { data: await moveOut(sealed), version, checked }
    },
    open: async (stored) => {
      const definition = readable(stored.envelope)
      const inline = await bringIn(stored.data)
      const opened = await openEvent(vault, { id: stored.envelope.id, definition, data: inline })
      return toRecorded(stored, readEvent(stored.envelope.type, definition, stored.envelope.version, opened))
    },
  }
}
