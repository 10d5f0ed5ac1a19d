import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { definitionOf, eventRegistry, readEvent } from '@zyra/contracts'
import { Ajv } from 'ajv'
import { shortfalls } from '../gates/minimums.mjs'
import { catalogue } from './catalogue.mjs'
import { listeners, recorders } from './listeners.mjs'
import { mutantsOf } from './mutants.mjs'
import { pages } from './pages.mjs'

const root = resolve(import.meta.dirname, '../..')
const official = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0-without-$id.json')
const generated = pages(root)
const document = JSON.parse(generated['docs/reference/asyncapi.json'])
const events = catalogue(root)
const versions = events.flatMap(({ type, versions: all }) => all.map((one) => ({ type, key: `${type}.v${one.version}`, ...one })))

/** Patterns say what formats would; the `x-` fields are for people. */
const compile = (schema) => new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema)

const reads = (type, version, data) => {
  try {
    readEvent(type, definitionOf(type), version, data)
    return true
  } catch {
    return false
  }
}

describe('the documents about events', () => {
  it.each(Object.keys(generated))('are committed as `npm run docs` writes them: %s', (path) => {
    const isSame = existsSync(join(root, path)) && readFileSync(join(root, path), 'utf8') === generated[path]
    expect(isSame ? '' : `${path} is not what the contracts and services say now: run \`npm run docs\`, and commit what it writes.`).toBe('')
  })

  it('tell of every event there is', () => {
    expect(events.map(({ type }) => type)).toEqual([...eventRegistry.keys()])
    for (const { type } of events) expect(generated['docs/reference/events.md']).toContain(`\n### ${type}\n`)
  })

  it('say of every event and every field what it means, in a sentence', () => {
    const silent = (schema, path) => Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
      const inner = field.anyOf?.find(({ type }) => type !== 'null') ?? field
      const below = silent(inner.type === 'array' ? inner.items : inner, `${path}.${name}`)
      return [...below, ...((field.description ?? inner.description ?? '').endsWith('.') || field.description?.endsWith(')') ? [] : [`${path}.${name}`])]
    })
    expect(events.filter(({ says }) => !says.endsWith('.')).map(({ type }) => type)).toEqual([])
    expect(versions.filter(({ key, schema }) => silent(schema, key).length > 0).map(({ key, schema }) => silent(schema, key))).toEqual([])
  })

  it('name only events that exist, where no handler hears or writes them', () => {
    expect(Object.keys({ ...listeners, ...recorders }).filter((type) => !eventRegistry.has(type))).toEqual([])
  })

  it('lead where they say they do', () => {
    const page = 'docs/reference/events.md'
    const links = [...generated[page].matchAll(/\]\(([^)#]+)(#[^)]*)?\)/g)].map(([, path]) => join(dirname(page), path))
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([])
    const headings = [...generated[page].matchAll(/^#+ (.+)$/gm)].map(([, text]) => text.toLowerCase().replaceAll('.', ''))
    expect([...generated[page].matchAll(/\]\(#([^)]+)\)/g)].filter(([, anchor]) => !headings.includes(anchor))).toEqual([])
    expect(shortfalls('documents', { events: events.length, links: links.length })).toEqual([])
    expect(shortfalls('documents', { events: 0, links: 0 })).toHaveLength(2)
  })

  it('know who writes each event', () => {
    expect(events.filter(({ places }) => places.length === 0 || places.some(({ writers }) => writers.length === 0)).map(({ type }) => type)).toEqual([])
    const edges = events.filter(({ places }) => places.some(({ writers }) => writers.some(({ kind }) => kind === 'edge')))
    expect(edges.filter(({ type, service }) => service !== 'gateway' && !(type in recorders)).map(({ type }) => type)).toEqual([])
  })
})

describe('the AsyncAPI document', () => {
  it('is one by the official schema of AsyncAPI 3.0', () => {
    const validate = compile(official)
    expect(validate(document) ? [] : validate.errors).toEqual([])
    expect(validate({ ...document, channels: { 'inventory.stock': { address: 7 } } })).toBe(false)
  })

  it('refers to nothing that it does not hold, and only to messages of the channel', () => {
    const at = (reference) => reference.slice(2).split('/').reduce((part, name) => part?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], document)
    const references = JSON.stringify(document).match(/"#\/[^"]+"/g).map((text) => JSON.parse(text))
    expect(references.filter((reference) => at(reference) === undefined)).toEqual([])
    for (const { channel, messages } of Object.values(document.operations)) {
      expect(messages.filter(({ $ref }) => !$ref.startsWith(`${channel.$ref}/messages/`))).toEqual([])
    }
  })

  it('marks every personal field', () => {
    const personal = [...eventRegistry].flatMap(([type, { personal: fields = [] }]) => fields.map((field) => `${type}.${field}`))
    const marks = versions.flatMap(({ type, schema }) =>
      Object.entries(schema.properties).flatMap(([name, field]) => (field['x-personal'] === true ? [`${type}.${name}`] : [])))
    expect(new Set(marks)).toEqual(new Set(personal))
  })
})

describe('the AsyncAPI document, beside the logs of real runs', () => {
  const histories = join(root, 'libs/contracts/histories')
  const messages = readdirSync(histories).flatMap((file) =>
    gunzipSync(readFileSync(join(histories, file))).toString('utf8').trimEnd().split('\n').map((line) => JSON.parse(line)))
    .filter(({ kind }) => kind === 'event')
  const ajv = new Ajv({ strict: false, validateFormats: false }).addSchema({ $id: 'zyra', ...document })
  const keyOf = ({ headers }) => headers['ce-dataschema'].replace('urn:zyra:event:', '').replace(/:(\d+)$/, '.v$1')
  const pointer = (key, part) => ajv.getSchema(`zyra#/components/messages/${key}/${part}`)
  const pattern = ({ address }) => new RegExp(`^${address.replace('{service}', '[a-z]+').replaceAll(/\{\w+\}/g, '[\\w=-]+').replaceAll('.', '\\.')}$`)

  it('is true to every message: headers, bodies as they are stored, and the channels that they stand in', () => {
    const counts = { channels: Object.keys(document.channels).length, operations: Object.keys(document.operations).length, messages: messages.length }
    expect(shortfalls('asyncapi', counts)).toEqual([])
    const channels = Object.values(document.channels).map((channel) => ({ matches: pattern(channel), keys: Object.keys(channel.messages) }))
    const wrong = messages.filter(({ subject, headers, body }) => {
      const key = keyOf({ headers })
      const stands = channels.some(({ matches, keys }) => matches.test(subject) && keys.includes(key))
      return !stands || !pointer(key, 'headers')(headers) || !pointer(key, 'payload')(JSON.parse(body))
    })
    expect(wrong.map(({ subject, sequence }) => `${subject} #${sequence}`)).toEqual([])
    const [{ headers }] = messages
    expect(pointer(keyOf({ headers }), 'headers')({ ...headers, 'ce-type': 'inventory.Nothing' })).toBe(false)
    const { actor, ...nobody } = headers
    expect(pointer(keyOf({ headers }), 'headers')(nobody)).toBe(false)
  })
})

describe('the JSON Schema of an event', () => {
  const tried = []
  afterAll(() => expect(shortfalls('schemas', { mutants: tried.length })).toEqual([]))

  it.each(versions)('lets in what its contract lets in, and refuses what it refuses: $key', ({ type, version, key, example }) => {
    const validate = compile(document.components.schemas[key])
    expect(validate(example) ? [] : validate.errors).toEqual([])
    const mutants = [...mutantsOf(example)]
    tried.push(...mutants)
    const disagreed = mutants.filter((mutant) => validate(mutant) !== reads(type, version, mutant))
    expect(disagreed).toEqual([])
  })
})
