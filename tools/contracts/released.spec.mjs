import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { event, eventRegistry } from '@zyra/contracts'
import { z } from 'zod'
import { shortfalls } from '../gates/minimums.mjs'
import { broken, present, readLock, released, unrecorded } from './released.mjs'

const root = resolve(import.meta.dirname, '../..')
const lock = readLock(root)

describe('what was released', () => {
  it('is there as it was: every fixture, every schema, and what each fixture reads to', () => {
    expect(broken(lock, present(root))).toEqual([])
    expect(shortfalls('released', { versions: Object.keys(lock.versions).length })).toEqual([])
  })

  it('is written down with each release', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(unrecorded(lock, version)).toEqual([])
    expect(unrecorded(lock, '99.0.0')).toEqual([expect.stringContaining('run `npm run release:contracts`')])
  })
})

describe('a change of what was released', () => {
  const copy = mkdtempSync(join(tmpdir(), 'zyra-released-'))
  const fixture = join(copy, 'libs/contracts/fixtures/inventory/BufferSet.v1.json')
  beforeEach(() => cpSync(join(root, 'libs/contracts/fixtures'), join(copy, 'libs/contracts/fixtures'), { recursive: true }))
  afterAll(() => rmSync(copy, { recursive: true, force: true }))

  const of = (definition) => new Map([...eventRegistry, ['inventory.BufferSet', event({ aggregate: 'stock', ...definition })]])
  const { schema } = eventRegistry.get('inventory.BufferSet')

  it('is noticed where a fixture was changed, and the sentence says what to do', () => {
    writeFileSync(fixture, '{ "buffer": 4 }\n')
    expect(broken(lock, present(copy))).toEqual([
      'libs/contracts/fixtures/inventory/BufferSet.v1.json was changed: 0.1.0 released version 1 of inventory.BufferSet, and logs hold it for ever. '
      + 'Put it back. Add version 2 with an upcast from 1, and a fixture of its own (CONTRIBUTING.md, "A version of an event").',
    ])
  })

  it('is noticed where a fixture is gone', () => {
    rmSync(fixture)
    expect(broken(lock, present(copy))).toEqual([expect.stringMatching(/BufferSet\.v1\.json is gone.*Put both back\.$/)])
  })

  it('is noticed where the event is not declared any more', () => {
    const without = new Map([...eventRegistry].filter(([type]) => type !== 'inventory.BufferSet'))
    expect(broken(lock, present(copy, without))).toEqual([expect.stringMatching(/BufferSet\.v1\.json is gone, or its version is not declared any more/)])
  })

  it.each([
    ['lets in less', { schema: z.strictObject({ buffer: z.number().int().nonnegative().max(99) }) }],
    ['lets in more', { schema: z.strictObject({ buffer: z.number().int() }) }],
    ['has a field more', { schema: z.strictObject({ buffer: z.number().int().nonnegative(), why: z.string().optional() }) }],
    ['stands under another aggregate', { schema, aggregate: 'buffer' }],
    ['keeps a field as personal', { schema, personal: ['buffer'] }],
  ])('is noticed where a schema %s', (_what, definition) => {
    expect(broken(lock, present(copy, of(definition)))).toEqual([expect.stringMatching(/^The schema of version 1 of inventory\.BufferSet.*Add version 2/)])
  })

  it('is noticed where a fixture reads to something else', () => {
    const changed = schema.transform(({ buffer }) => ({ buffer: buffer + 1 }))
    expect(broken(lock, present(copy, of({ schema: changed })))).toEqual([expect.stringMatching(/BufferSet\.v1\.json reads to something else than before/)])
  })

  it('is none where only words were changed', () => {
    expect(broken(lock, present(copy, of({ schema: schema.describe('The buffer is another one now.') })))).toEqual([])
  })

  it('is none where the event got a version, and the next release keeps that one too', () => {
    writeFileSync(join(copy, 'libs/contracts/fixtures/inventory/BufferSet.v2.json'), '{ "buffer": 3, "why": "" }\n')
    const next = of({
      schema: z.strictObject({ buffer: z.number().int().nonnegative(), why: z.string() }),
      previous: [{ schema, upcast: (data) => ({ ...data, why: '' }) }],
    })
    expect(broken(lock, present(copy, next))).toEqual([])
    const { versions } = released(lock, present(copy, next), '0.2.0')
    expect(versions['inventory.BufferSet.v1']).toMatchObject({ since: '0.1.0', as: 2 })
    expect(versions['inventory.BufferSet.v2']).toMatchObject({ since: '0.2.0', as: 2 })
    const upcasts = of({ ...next.get('inventory.BufferSet'), previous: [{ schema, upcast: (data) => ({ ...data, why: 'unknown' }) }] })
    expect(broken({ versions }, present(copy, upcasts))).toEqual([expect.stringMatching(/BufferSet\.v1\.json reads to something else than before/)])
  })
})
