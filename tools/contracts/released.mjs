import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { currentVersion, eventRegistry, readEvent } from '@zyra/contracts'
import { fixturePath } from '../gates/fixtures.mjs'
import { bare, jsonSchemaOf } from './schemas.mjs'

/** Where it stands what was released. */
export const LOCK = 'libs/contracts/released.json'

const HOW = 'CONTRIBUTING.md, "A version of an event"'

const sha256 = (text) => createHash('sha256').update(text).digest('hex')

const sorted = (value) => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, part]) => [name, sorted(part)]))
}
const digest = (value) => sha256(JSON.stringify(sorted(value)))

/**
 * What is there now of each version of each event that has a fixture: digests of the fixture, of the schema with its aggregate and personal
 * fields, and of what the fixture reads to, as the version that is written now.
 */
export const present = (root, registry = eventRegistry) =>
  new Map([...registry].flatMap(([type, definition]) => {
    const { aggregate, personal = [], previous = [] } = definition
    const schemas = [...previous.map(({ schema }) => schema), definition.schema]
    return schemas.flatMap((schema, index) => {
      const [version, path] = [index + 1, fixturePath(type, index + 1)]
      if (!existsSync(join(root, path))) return []
      const text = readFileSync(join(root, path), 'utf8')
      return [[`${type}.v${version}`, {
        fixture: sha256(text),
        schema: digest({ aggregate, personal: personal.toSorted(), schema: bare(jsonSchemaOf(schema)) }),
        as: currentVersion(definition),
        reads: digest(readEvent(type, definition, version, JSON.parse(text))),
      }]]
    })
  }))

export const readLock = (root) => JSON.parse(readFileSync(join(root, LOCK), 'utf8'))

const problemOf = (key, was, now) => {
  const [, event, version] = /^(.+)\.v(\d+)$/.exec(key)
  const path = fixturePath(event, version)
  const released = `${was.since} released version ${version} of ${event}, and logs hold it for ever`
  const instead = `Add version ${Number(version) + 1} with an upcast from ${version}, and a fixture of its own (${HOW}).`
  if (now === undefined) return `${path} is gone, or its version is not declared any more: ${released}. Put both back.`
  if (now.fixture !== was.fixture) return `${path} was changed: ${released}. Put it back. ${instead}`
  if (now.schema !== was.schema) {
    return `The schema of version ${version} of ${event}, its aggregate or its personal fields were changed: ${released}. Put it back. ${instead}`
  }
  if (now.as === was.as && now.reads !== was.reads) {
    return `${path} reads to something else than before: ${released}. A default, a transformation or an upcast was changed: put it back. ${instead}`
  }
  return undefined
}

/** What was released and is not there any more as it was, as sentences. */
export const broken = ({ versions }, now) => Object.entries(versions).flatMap(([key, was]) => problemOf(key, was, now.get(key)) ?? [])

/** A release without its contracts in the lock, as sentences. */
export const unrecorded = ({ release }, current) =>
  release === current ? [] : [`package.json says ${current} and ${LOCK} ${release}: run \`npm run release:contracts\`, and commit what it writes.`]

/** The lock with everything that is there now: what was not released yet is from this release on. */
export const released = ({ versions }, now, release) => ({
  release,
  versions: Object.fromEntries([...now].map(([key, digests]) => [key, { since: versions[key]?.since ?? release, ...digests }])),
})
