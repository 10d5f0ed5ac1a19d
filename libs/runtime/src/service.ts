import type { AnyDecider, AnyPolicy, AnyProjection, AnyReactor, Port } from '@zyra/es'
import type { Provider, Type } from '@nestjs/common'
import type { ServiceContext } from './context.ts'

/** A port whose types are not known here. */
export type AnyPort = Port<never, unknown>

/** A service is the list of its features. */
export interface ServiceDefinition {
  /** One lower-case word: its NATS user, and the third token of every subject it may append to. */
  readonly name: string
  readonly deciders?: readonly AnyDecider[]
  readonly policies?: readonly AnyPolicy[]
  readonly reactors?: readonly AnyReactor[]
  readonly projections?: readonly AnyProjection[]
  /** The outside world by the names that reactors use. */
  readonly ports?: (context: ServiceContext) => Readonly<Record<string, AnyPort>>
  /** HTTP (the gateway only). */
  readonly controllers?: readonly Type[]
  readonly providers?: (context: ServiceContext) => readonly Provider[]
}

/**
 * Declares a service.
 * @throws Error when two handlers share a name, a reactor names no port, or a name is not a subject token
 */
export const service = (definition: ServiceDefinition): ServiceDefinition => {
  if (!/^[a-z]+$/.test(definition.name)) throw new Error(`service "${definition.name}": expected one lower-case word`)
  const names = [...(definition.policies ?? []), ...(definition.reactors ?? [])].flatMap(({ name, previously = [] }) => [name, ...previously])
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) throw new Error(`service ${definition.name}: two handlers are called "${repeated}"; names are part of event ids and must differ`)
  return Object.freeze(definition)
}
