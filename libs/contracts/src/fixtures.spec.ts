import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { currentVersion, definitionOf, eventRegistry, readEvent } from './index.ts'

const folder = join(import.meta.dirname, '../fixtures')

const fixtures = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.json'))
  .map((path) => {
    const [, service = '', event = '', version = ''] = /^(\w+)[/\\](\w+)\.v(\d+)\.json$/.exec(path) ?? []
    return { type: `${service}.${event}`, version: Number(version), text: readFileSync(join(folder, path), 'utf8') }
  })

const valuesOf = (value: unknown): unknown[] => (typeof value === 'object' && value !== null ? Object.values(value).flatMap(valuesOf) : [value])

describe('the fixtures of events', () => {
  it('are at least one for each declared event', () => {
    expect(eventRegistry.size).toBeGreaterThanOrEqual(40)
    expect(new Set(fixtures.map(({ type }) => type))).toEqual(new Set(eventRegistry.keys()))
  })

  it.each(fixtures)('are read for ever: $type, version $version', ({ type, version, text }) => {
    const definition = definitionOf(type)
    const current = readEvent(type, definition, version, JSON.parse(text))
    expect(readEvent(type, definition, currentVersion(definition), current)).toEqual(current)
  })

  it.each(fixtures.filter(({ type, version }) => version === currentVersion(definitionOf(type))))(
    'come back as they were written where nothing changed since: $type', ({ type, version, text }) => {
      const data: unknown = JSON.parse(text)
      expect(readEvent(type, definitionOf(type), version, data)).toEqual(data)
    },
  )

  it('hold ids that no number can hold, as the vendors use them', () => {
    const values = fixtures.flatMap(({ text }) => valuesOf(JSON.parse(text)))
    const beyond = values.filter((value) => typeof value === 'string' && /^\d+$/.test(value) && !Number.isSafeInteger(Number(value)))
    expect(beyond.length).toBeGreaterThan(10)
  })
})
