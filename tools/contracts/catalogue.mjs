import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { allServices } from '@zyra/all'
import { currentVersion, eventRegistry } from '@zyra/contracts'
import { fixturePath } from '../gates/fixtures.mjs'
import { listeners, recorders } from './listeners.mjs'
import { readLock } from './released.mjs'
import { jsonSchemaOf, marked } from './schemas.mjs'

/** Handlers that are declared, each with what it hears and under which aggregate it writes. */
const declared = () =>
  Object.values(allServices).flatMap(({ name: service, deciders = [], policies = [], reactors = [], projections = [] }) => [
    ...deciders.map(({ aggregate }) => ({ service, kind: 'decider', name: aggregate, hears: [], writes: aggregate })),
    ...policies.map(({ name, on }) => ({ service, kind: 'policy', name, hears: Object.keys(on) })),
    ...reactors.map(({ name, on, effect, port }) => ({ service, kind: 'reactor', name, hears: Object.keys(on), writes: effect, port })),
    ...projections.map(({ name, on }) => ({ service, kind: 'projection', name, hears: Object.keys(on) })),
  ])

/** Where a handler's code stands: its file is called as it is, a projection's without its service. */
const fileOf = (root, { service, kind, name }) => {
  const source = `services/${service}/src`
  const file = `${kind === 'projection' ? name.slice(service.length + 1).replaceAll('_', '-') : name}.${kind}.ts`
  const folder = readdirSync(join(root, source)).find((entry) => existsSync(join(root, source, entry, file)))
  return folder === undefined ? undefined : `${source}/${folder}/${file}`
}

/** The aggregates, by service, that an event stands under, and who writes it there. Services that record nothing of the runtime's have none. */
const placesOf = ({ type, service, aggregate }, handlers) => {
  const reactors = handlers.filter(({ kind }) => kind === 'reactor')
  if (service !== 'runtime') {
    const writers = handlers.filter((handler) => handler.service === service && handler.writes === aggregate)
    const edge = { service, kind: 'edge', name: service, what: recorders[type] ?? `the ${service}, as it comes in` }
    return [{ service, aggregate, writers: writers.length > 0 ? writers : [edge] }]
  }
  if (type === 'runtime.EffectAttempted') {
    return reactors.map((reactor) => ({ service: reactor.service, aggregate: reactor.writes, writers: [{ kind: 'runtime', name: 'runtime' }] }))
  }
  if (aggregate === '*') {
    return reactors.filter(({ port }) => port === 'timers').map((writer) => ({ service: writer.service, aggregate: writer.writes, writers: [writer] }))
  }
  return [{ service: '*', aggregate, writers: [{ kind: 'runtime', name: 'runtime' }] }]
}

const exampleOf = (root, type, version) => JSON.parse(readFileSync(join(root, fixturePath(type, version)), 'utf8'))

const versionsOf = (root, lock, type, { schema, previous = [], personal = [] }) =>
  [...previous.map((older) => older.schema), schema].map((one, index) => ({
    version: index + 1,
    since: lock.versions[`${type}.v${index + 1}`]?.since,
    schema: marked(jsonSchemaOf(one), personal),
    example: exampleOf(root, type, index + 1),
    fixture: fixturePath(type, index + 1),
  }))

/**
 * Everything that the pages say of events, from the contracts, their fixtures and the services' declarations.
 * @throws Error naming an event that says nothing of itself
 */
export const catalogue = (root) => {
  const lock = readLock(root)
  const handlers = declared().map((handler) => ({ ...handler, file: fileOf(root, handler) }))
  return [...eventRegistry].map(([type, definition]) => {
    const [service, name] = type.split('.')
    const { aggregate } = definition
    const says = definition.schema.description
    if (says === undefined) throw new Error(`${type} says nothing of itself: give its schema in libs/contracts/src/${service}.ts a \`.describe()\`.`)
    const readers = handlers.filter(({ hears }) => hears.includes(type))
    return {
      type, service, name, aggregate, says,
      current: currentVersion(definition),
      versions: versionsOf(root, lock, type, definition),
      places: placesOf({ type, service, aggregate }, handlers),
      readers: [...readers, ...(listeners[type] ?? []).map((what) => ({ kind: 'runtime', name: 'runtime', what }))],
    }
  })
}
