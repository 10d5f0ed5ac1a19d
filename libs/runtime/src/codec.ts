import { createHash } from 'node:crypto'
import { currentVersion, definitionOf, readEvent, type EventDefinition } from '@zyra/contracts'
import type { DomainEvent, Recorded } from '@zyra/es'
import { toRecorded, type StoredEvent } from '@zyra/jetstream'
import { openEvent, sealEvent, type Vault } from '@zyra/privacy'
import { z } from 'zod'
import type { Objects } from './objects.ts'

/** Bodies above this size go to the object store, and the event carries their hash. */
export const MAX_INLINE_BYTES = 256 * 1024

const reference = z.strictObject({ $object: z.strictObject({ sha256: z.string().length(64), bytes: z.number().int() }) })

/** Turns events into what the log stores and back: checks, encrypts, moves large bodies out, brings old versions up to date. */
export interface Codec {
  /** @throws InvalidEventData before anything is written */
  readonly seal: (merchant: string, id: string, event: DomainEvent) => Promise<{ readonly data: unknown; readonly version: number }>
  /** @throws UnknownEventVersion, InvalidEventData */
  readonly open: (stored: StoredEvent) => Promise<Recorded>
}

/** See {@link Codec}. */
export const createCodec = ({ vault, objects }: { vault: Vault; objects: Objects }): Codec => {
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

  const check = (type: string, definition: EventDefinition, data: unknown): Record<string, unknown> =>
    readEvent(type, definition, currentVersion(definition), data) as Record<string, unknown>

  return {
    seal: async (merchant, id, event) => {
      const definition = definitionOf(event.type)
      const data = check(event.type, definition, event.data)
      const sealed = await sealEvent(vault, { merchant, id, definition, data })
      return { data: await moveOut(sealed), version: currentVersion(definition) }
    },
    open: async (stored) => {
      const definition = definitionOf(stored.envelope.type)
      const inline = await bringIn(stored.data)
      const opened = await openEvent(vault, { id: stored.envelope.id, definition, data: inline as Record<string, unknown> })
      return toRecorded(stored, readEvent(stored.envelope.type, definition, stored.envelope.version, opened))
    },
  }
}
