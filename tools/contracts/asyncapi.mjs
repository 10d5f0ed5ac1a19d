import { headers } from './headers.mjs'

const byKey = (entries) => Object.fromEntries([...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)))
const reference = (...path) => ({ $ref: `#/${path.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}` })

const keyOf = ({ type }, version) => `${type}.v${version}`
const channelOf = ({ service, aggregate }) => (service === '*' ? `runtime.${aggregate}` : `${service}.${aggregate}`)

const parameters = {
  merchant: { description: 'Whose shops these are; `_` stands for the installation as a whole. Letters, digits, `_` and `-`.' },
  id: { description: 'The id of the aggregate. All but letters, digits, `_` and `-` is written as `=XX`, the hex of its UTF-8 bytes; an empty id is `=`.' },
}

const services = (events) => [...new Set(events.flatMap(({ places }) => places.map(({ service }) => service)))].filter((name) => name !== '*').toSorted()

const channels = (events) => {
  const placed = events.flatMap((event) => event.places.map((place) => ({ event, place })))
  const names = [...new Set(placed.map(({ place }) => channelOf(place)))]
  return byKey(names.map((name) => {
    const here = placed.filter(({ place }) => channelOf(place) === name)
    const [{ place: { service, aggregate } }] = here
    const messages = here.flatMap(({ event }) => event.versions.map(({ version }) => keyOf(event, version)))
    const ofEach = service === '*' ? { service: { description: 'The service in whose name the runtime records it.', enum: services(events) } } : {}
    return [name, {
      address: `zyra.{merchant}.${service === '*' ? '{service}' : service}.${aggregate}.{id}`,
      parameters: { ...parameters, ...ofEach },
      messages: byKey(messages.map((key) => [key, reference('components', 'messages', key)])),
    }]
  }))
}

const titleOf = ({ kind, name, service }) =>
  ({ edge: `${service}, by no handler`, runtime: 'The runtime, in the name of each service' })[kind] ?? `${service}: ${kind} ${name}`

/** One operation for each writer and each reader of a channel. A channel's older versions are read and never written again. */
const operations = (events) => {
  const found = new Map()
  const add = (action, who, place, event, versions) => {
    const channel = channelOf(place)
    const key = `${action}.${who.service === undefined ? 'runtime' : `${who.service}.${who.kind}.${who.name}`}.${channel}`
    const known = found.get(key) ?? { action, title: titleOf(who), channel: reference('channels', channel), messages: [] }
    const messages = versions.map(({ version }) => reference('channels', channel, 'messages', keyOf(event, version)))
    found.set(key, { ...known, messages: [...known.messages, ...messages] })
  }
  for (const event of events) {
    for (const place of event.places) {
      for (const writer of place.writers) add('send', writer, place, event, event.versions.slice(-1))
      for (const reader of event.readers) add('receive', reader, place, event, event.versions)
    }
  }
  return byKey(found)
}

const messages = (events) =>
  events.flatMap((event) => event.versions.map(({ version, since, example, schema }) => [keyOf(event, version), {
    name: event.type,
    title: event.type,
    summary: schema.description ?? event.says,
    contentType: 'application/json',
    headers: { allOf: [reference('components', 'schemas', 'headers'), { properties: {
      'ce-type': { const: event.type }, 'ce-dataschema': { const: `urn:zyra:event:${event.type}:${version}` },
    } }] },
    payload: reference('components', 'schemas', keyOf(event, version)),
    examples: [{ name: 'fixture', payload: example }],
    ...(since === undefined ? {} : { 'x-since': since }),
    ...(version === event.current ? {} : { 'x-replaced-by': keyOf(event, event.current) }),
  }]))

const movedOut = {
  description: 'Stands in place of a body above 256 KB: the body is in the object store under its SHA-256.',
  type: 'object',
  required: ['$object'],
  additionalProperties: false,
  properties: {
    $object: {
      type: 'object',
      required: ['sha256', 'bytes'],
      additionalProperties: false,
      properties: { sha256: { type: 'string', minLength: 64, maxLength: 64 }, bytes: { type: 'integer' } },
    },
  },
}

const description = `Every event of Zyra, as it stands in the log: the JetStream stream ZYRA and those that follow it
(ZYRA_2, ...), a CloudEvent in NATS binary mode with headers of our own.

A field with \`x-personal\` holds text that the log holds encrypted (\`zyra1.<key id>...\`) and that reads \`[erased]\` once its key was deleted.
\`x-unit\` names the unit of a number. A body above 256 KB is replaced by what \`components.schemas.moved-out\` describes.
A field that is not required was added later, with the default that it names.

Made by \`npm run docs\` from libs/contracts and the services' declarations.`

/** The AsyncAPI 3.0 document of a catalogue. */
export const asyncapi = (events, release) => ({
  asyncapi: '3.0.0',
  info: { title: 'Zyra', version: release, description, license: { name: 'MIT' } },
  defaultContentType: 'application/json',
  channels: channels(events),
  operations: operations(events),
  components: {
    messages: byKey(messages(events)),
    schemas: {
      headers,
      'moved-out': movedOut,
      ...byKey(events.flatMap((event) => event.versions.map(({ version, schema }) => [keyOf(event, version), schema]))),
    },
  },
})
