import { resolve } from 'node:path'
import { currentVersion, eventRegistry } from '@zyra/contracts'
import { treeFiles } from './files.mjs'
import { fixtureFiles, fixturePath, fixtureProblems } from './fixtures.mjs'
import { shortfalls } from './minimums.mjs'

const paths = treeFiles(resolve(import.meta.dirname, '../..'))

describe('the fixtures of events', () => {
  it('are one for each version of each declared event, and no others', () => {
    const versions = new Map([...eventRegistry].map(([name, definition]) => [name, currentVersion(definition)]))
    expect(fixtureProblems(versions, paths)).toEqual([])
    expect(shortfalls('fixtures', { events: versions.size, fixtures: fixtureFiles(paths).length })).toEqual([])
  })

  it('are reported when one is missing or belongs to nothing', () => {
    const versions = new Map([['inventory.StockObserved', 2]])
    const stray = fixturePath('inventory.Forgotten', 1)
    expect(fixtureProblems(versions, [fixturePath('inventory.StockObserved', 1), stray, 'libs/contracts/src/index.ts'])).toEqual([
      expect.stringContaining('StockObserved.v2.json is missing'),
      expect.stringContaining(`${stray} belongs to no declared version`),
    ])
  })

  it('are not enough when there are none', () => {
    expect(shortfalls('fixtures', { events: 0, fixtures: 0 })).toHaveLength(2)
  })
})
