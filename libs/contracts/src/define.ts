import type { z } from 'zod'

/** Stands where a personal value stood, once its key was deleted. */
export const ERASED = '[erased]'

/** The key of whose deletion makes a personal field unreadable: one person of a merchant, or everything of the merchant. */
export interface DataSubject {
  readonly customerId?: string | undefined
  readonly orderId?: string | undefined
}

/** One event of a service: which aggregate records it, the schema of its current version, and how older versions become the current one. */
export interface EventDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly aggregate: string
  readonly schema: Schema
  /** Oldest first. Version numbers follow: `previous[0]` is version 1, `schema` is version `previous.length + 1`. */
  readonly previous?: readonly PreviousVersion[]
  /** Names of string fields that hold personal data: encrypted before they reach the log. */
  readonly personal?: readonly (keyof z.infer<Schema> & string)[]
  /** Whose data the personal fields are. */
  readonly subject?: (data: z.infer<Schema>) => DataSubject
}

/** A version that the log may still hold. */
export interface PreviousVersion {
  readonly schema: z.ZodType
  /** Turns this version's data into the next version's. Pure. */
  readonly upcast: (data: never) => unknown
}

/** The events of a service by their short names. */
export type EventDefinitions = Readonly<Record<string, EventDefinition>>

/** The union of a service's events as handlers see them. */
export type EventsOf<Service extends string, Definitions extends EventDefinitions> = {
  readonly [Name in keyof Definitions & string]: {
    readonly type: `${Service}.${Name}`
    readonly data: z.infer<Definitions[Name]['schema']>
  }
}[keyof Definitions & string]

/** Declares one event with its types checked: `personal` may only name fields of the schema. */
export const event = <Schema extends z.ZodType>(definition: EventDefinition<Schema>): EventDefinition<Schema> => definition

/** The version that is written now. */
export const currentVersion = (definition: EventDefinition): number => (definition.previous?.length ?? 0) + 1

/** Thrown for an event whose version this release does not know: its lane stops until the release that knows it is installed. */
export class UnknownEventVersion extends Error {
  override readonly name = 'UnknownEventVersion'
}

/** Thrown for data that its own schema refuses. */
export class InvalidEventData extends Error {
  override readonly name = 'InvalidEventData'
}

const describe = (error: z.ZodError): string =>
  error.issues.map((issue) => `${issue.path.join('.') || 'data'}: ${issue.message}`).join('; ')

/**
 * Checks data of some version and brings it to the current one.
 * @throws UnknownEventVersion, InvalidEventData
 */
export const readEvent = (name: string, definition: EventDefinition, version: number, data: unknown): unknown => {
  const current = currentVersion(definition)
  if (!Number.isInteger(version) || version < 1 || version > current) {
    throw new UnknownEventVersion(`${name} has version ${version}; this release knows versions 1 to ${current}. Install the release that wrote it.`)
  }
  const previous = definition.previous ?? []
  const schema = previous[version - 1]?.schema ?? definition.schema
  const parsed = schema.safeParse(data)
  if (!parsed.success) throw new InvalidEventData(`${name} version ${version} is not as its schema says: ${describe(parsed.error)}`)
  return previous.slice(version - 1).reduce<unknown>((older, { upcast }) => upcast(older as never), parsed.data)
}
