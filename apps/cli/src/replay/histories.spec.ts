import { allServices } from '@zyra/all'
import type { AnyDecider, AnyProjection, DomainEvent } from '@zyra/es'
import type { ServiceDefinition } from '@zyra/runtime'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { changed, decideAgain, foldAgain, hearAgain, openAll, readHistory, type Difference, type History, type Opened } from '../../test/history.ts'

const folder = join(import.meta.dirname, '../../../../libs/contracts/histories')
const files = readdirSync(folder).filter((name) => name.endsWith('.ndjson.gz'))
const services = Object.values(allServices)

/** What the first history must hold; one that shrank, or a reader that sees next to nothing, is no proof. */
const LEAST = { events: 500, decisions: 150, rows: 40, heard: 300, types: 40 }
const LARGEST = 1024 * 1024

const short = (events: readonly DomainEvent[]): string => events.map(({ type, data }) => `${type} ${JSON.stringify(data)}`).join(', ') || 'nothing'

const told = ({ sequence, subject, deciderVersion, recorded, decided, error }: Difference): string =>
  `#${sequence} ${subject}: version ${deciderVersion} decided ${short(recorded)}; now ${error ?? short(decided)}. Raise the decider's version.`

it('has a history to replay', () => {
  expect(files).toContain('0.1.0.ndjson.gz')
})

describe.each(files)('the history %s', (name) => {
  const file = join(folder, name)
  let history: History
  let opened: readonly Opened[]
  beforeAll(async () => {
    history = readHistory(file)
    opened = await openAll(history)
  })

  it('is small, and says that its key is for tests', () => {
    expect(statSync(file).size).toBeLessThan(LARGEST)
    expect(history.about.warning).toMatch(/sandbox.*testMasterKey is a key for tests/)
  })

  it('is read whole: every event by its contract, of whatever version', () => {
    expect(opened.length).toBe(history.about.events)
    expect(opened.length).toBeGreaterThan(LEAST.events)
    expect(new Set(opened.map(({ event }) => event.type)).size).toBeGreaterThan(LEAST.types)
  })

  it('folds to the rows that were recorded', () => {
    const { same, different, skipped } = foldAgain(services, history, opened)
    if (skipped > 0) console.info(`${name}: ${skipped} rows of projections that are gone or have a newer version were not compared`)
    expect(different).toEqual([])
    expect(same + skipped).toBeGreaterThan(LEAST.rows)
  })

  it('has every decision taken again from its command', () => {
    const { same, different, otherwise } = decideAgain(services, opened)
    const newer = Object.entries(Object.groupBy(otherwise, ({ aggregate }) => aggregate)).map(([aggregate, found]) => `${found?.length ?? 0} of ${aggregate}`)
    if (newer.length > 0) console.info(`${name}: decisions that newer versions take otherwise: ${newer.join(', ')}`)
    expect(different.slice(0, 5).map(told)).toEqual([])
    expect(same + otherwise.length).toBeGreaterThan(LEAST.decisions)
  })

  it('is taken by every policy and reactor of today', () => {
    expect(hearAgain(services, opened)).toBeGreaterThan(LEAST.heard)
  })
})

describe('a history that is not told as it was', () => {
  const history = readHistory(join(folder, '0.1.0.ndjson.gz'))
  let opened: readonly Opened[]
  beforeAll(async () => {
    opened = await openAll(history)
  })

  const stock = allServices.inventory.deciders?.find(({ aggregate }) => aggregate === 'stock')
  const withDecider = (decider: AnyDecider): readonly ServiceDefinition[] => [{ name: 'inventory', deciders: [decider] }]
  const generous = (version: number): AnyDecider => {
    if (stock === undefined) throw new Error('inventory has no decider of stock')
    const decide: AnyDecider['decide'] = (command, state) => stock.decide(command, state).map((event) =>
      event.type === 'inventory.EtsyQuantityDecided' ? { ...event, data: { ...Object(event.data), quantity: 999 } } : event)
    return { ...stock, version, decide }
  }

  it('is found out where a rule has changed without its version', () => {
    const { different, otherwise } = decideAgain(withDecider(generous(stock?.version ?? 0)), opened)
    expect(different.length).toBeGreaterThan(50)
    expect(different[0]).toMatchObject({ aggregate: 'stock', subject: expect.stringMatching(/^zyra\.demo\.inventory\.stock\./) })
    expect(otherwise).toEqual([])
  })

  it('is counted, and no fault, where the rule has a newer version', () => {
    const { different, otherwise } = decideAgain(withDecider(generous(99)), opened)
    expect(different).toEqual([])
    expect(otherwise.length).toBeGreaterThan(50)
  })

  it('is found out where rows are folded otherwise, unless by a newer version', () => {
    const [rows] = allServices.inventory.projections ?? []
    if (rows === undefined) throw new Error('inventory has no rows')
    const forgetful = (version: number): AnyProjection => ({ ...rows, version, on: { ...rows.on, 'inventory.BufferSet': (row) => row } })
    const fold = (version: number) => foldAgain([{ name: 'inventory', projections: [forgetful(version)] }], history, opened)
    expect(fold(rows.version).different.length).toBeGreaterThan(0)
    expect(fold(99)).toEqual({ same: 0, different: [], skipped: history.rows.length })
  })

  it('is found out where an event was changed', async () => {
    const isBuffer = ({ envelope }: { envelope: { type: string } }): boolean => envelope.type === 'inventory.BufferSet'
    const other = await openAll(changed(history, isBuffer, (event) => ({ ...event, data: { buffer: 77 } })))
    expect(decideAgain(services, other).different[0]?.recorded[0]).toEqual({ type: 'inventory.BufferSet', data: { buffer: 77 } })
    expect(foldAgain(services, history, other).different).toHaveLength(1)
    await expect(openAll(changed(history, isBuffer, (event) => ({ ...event, data: { buffer: -1 } })))).rejects.toThrow(/inventory\.BufferSet version 1/)
  })

  it('is found out where an event has a version that nobody knows', async () => {
    const later = changed(history, () => true, (event) => ({ ...event, envelope: { ...event.envelope, version: 9 } }))
    await expect(openAll(later)).rejects.toThrow(/version 9; this release knows versions 1 to 1/)
  })
})
