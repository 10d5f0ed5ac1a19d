import { definitionOf } from '@zyra/contracts'
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
  /** Timers that set their successor, by which every merchant with the app has one at all times: where none is set, it fires at the service's start. */
  readonly standingTimers?: readonly string[]
  /** The outside world by the names that reactors use. */
  readonly ports?: (context: ServiceContext) => Readonly<Record<string, AnyPort>>
  /** HTTP (the gateway only). */
  readonly controllers?: readonly Type[]
  readonly providers?: (context: ServiceContext) => readonly Provider[]
}

/** Aggregates that the runtime itself writes under the service's name. */
const OURS: readonly string[] = ['handler', 'parked', 'timer']

const firstRepeated = (names: readonly string[]): string | undefined => names.find((name, index) => names.indexOf(name) !== index)

const problemOf = ({ name: service, deciders = [], policies = [], reactors = [], projections = [] }: ServiceDefinition): string | undefined => {
  if (!/^[a-z]+$/.test(service)) return 'its name is expected to be one lower-case word'
  const handlers = [...policies, ...reactors]
  const names = handlers.flatMap(({ name, previously = [] }) => [name, ...previously])
  const repeated = firstRepeated(names)
  if (repeated !== undefined) return `two handlers are called "${repeated}"; names are part of event ids and must differ`
  const illegal = names.find((name) => !/^[a-z][a-z0-9-]*$/.test(name))
  if (illegal !== undefined) return `handler "${illegal}" is expected to have lower-case words, joined by "-", for a name`
  const aggregates = deciders.map(({ aggregate }) => aggregate)
  const twice = firstRepeated(aggregates)
  if (twice !== undefined) return `two deciders have the aggregate "${twice}"`
  const taken = [...aggregates, ...reactors.map(({ effect }) => effect)].find((aggregate) => OURS.includes(aggregate))
  if (taken !== undefined) return `the aggregate "${taken}" belongs to the runtime; choose another name`
  const mixed = reactors.find(({ effect }) => aggregates.includes(effect))
  if (mixed !== undefined) return `reactor ${mixed.name} records its attempts under "${mixed.effect}", where a decider decides; give it its own aggregate`
  const foreign = projections.find(({ name }) => !name.startsWith(`${service}_`))
  if (foreign !== undefined) return `projection "${foreign.name}" is a table of this service and is expected to be called "${service}_${foreign.name}"`
  const deaf = [...handlers, ...projections].find(({ on }) => Object.keys(on).length === 0)
  return deaf === undefined ? undefined : `"${deaf.name}" handles no event`
}

/**
 * Declares a service.
 * @throws Error when names repeat or are not legal, an aggregate has two owners, or a handler names an event that no contract declares
 */
export const service = (definition: ServiceDefinition): ServiceDefinition => {
  const problem = problemOf(definition)
  if (problem !== undefined) throw new Error(`service ${definition.name}: ${problem}`)
  const { policies = [], reactors = [], projections = [] } = definition
  for (const { on } of [...policies, ...reactors, ...projections]) Object.keys(on).forEach(definitionOf)
  return Object.freeze(definition)
}

/** @throws Error naming the reactor whose port nobody provides */
export const checkPorts = ({ name, reactors = [] }: ServiceDefinition, ports: Readonly<Record<string, AnyPort>>): void => {
  const lacking = reactors.find(({ port }) => !Object.hasOwn(ports, port))
  if (lacking !== undefined) throw new Error(`service ${name}: reactor ${lacking.name} needs the port "${lacking.port}", which \`ports\` does not provide`)
}
