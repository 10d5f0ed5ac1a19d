import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isCode, textOf, treeFiles } from './files.mjs'
import { shortfalls } from './minimums.mjs'
import { filesThatNeedSpec, innerBarrels, namesOfAWorkplace, outOfPlace, strayInRoot, tooLong, withoutSpec } from './tree.mjs'

const root = resolve(import.meta.dirname, '../..')
const paths = treeFiles(root)
const texts = paths.map((path) => ({ path, text: textOf(root, path) })).filter(({ text }) => text !== undefined)

/** Every path that a package exports. */
const faces = paths.filter((path) => path.endsWith('/package.json')).flatMap((path) => {
  const { exports: shown = {} } = JSON.parse(readFileSync(join(root, path), 'utf8'))
  return Object.values(shown).map((conditions) => join(path, '..', conditions['zyra-source']))
})

describe('the tree', () => {
  it('is seen whole', () => {
    const counts = {
      files: paths.length,
      'files of code': paths.filter(isCode).length,
      'files that need a spec': filesThatNeedSpec(paths).length,
    }
    expect(shortfalls('tree', counts)).toEqual([])
    expect(shortfalls('tree', {})).toHaveLength(Object.keys(counts).length)
  })

  it('has no stray file in its root', () => {
    expect(strayInRoot(paths)).toEqual([])
    expect(strayInRoot(['README.md', 'PLAN.md', 'notes/today.md'])).toEqual([
      expect.stringContaining('PLAN.md'), expect.stringContaining('notes'),
    ])
  })

  it('has a spec beside every decider, policy, reactor and projection', () => {
    expect(withoutSpec(paths)).toEqual([])
    const lonely = ['decider', 'policy', 'reactor', 'projection'].map((kind) => `services/a/src/b/c.${kind}.ts`)
    expect(withoutSpec([...lonely, 'services/a/src/b/d.decider.ts', 'services/a/src/b/d.decider.spec.ts'])).toHaveLength(lonely.length)
  })

  it('has every kind of file in its place', () => {
    expect(outOfPlace(paths)).toEqual([])
    const misplaced = [
      'libs/runtime/src/a.decider.ts', 'services/inventory/src/a.policy.ts', 'services/inventory/src/adapters/a.reactor.ts',
      'services/inventory/src/deep/er/a.projection.ts', 'services/inventory/src/stock/a.controller.ts',
    ]
    expect(outOfPlace([...misplaced, 'services/inventory/src/stock/a.decider.ts', 'services/gateway/src/webhooks/a.controller.ts']))
      .toHaveLength(misplaced.length)
  })

  it('has no inner barrels', () => {
    expect(innerBarrels(paths, faces)).toEqual([])
    expect(innerBarrels(['libs/a/src/index.ts', 'libs/a/src/b/index.ts'], ['libs/a/src/index.ts'])).toHaveLength(1)
  })

  it('has no file of 300 lines or more', () => {
    expect(tooLong(texts)).toEqual([])
    const of = (lines) => 'line\n'.repeat(lines)
    const files = [['docs/a.md', 300], ['docs/b.md', 299], ['package-lock.json', 300]].map(([path, lines]) => ({ path, text: of(lines) }))
    expect(tooLong(files)).toEqual([expect.stringContaining('docs/a.md: 300 lines')])
  })

  it('names no machine and no workplace', () => {
    expect(namesOfAWorkplace(texts)).toEqual([])
    const named = ['/ro' + 'ot/zyra/data', '/ho' + 'me/someone/zyra', 'see iss' + 'ue 7', 'run fa' + 'rm-x', '/wo' + 'rk/main/libs']
    const fine = ['https://example.com/work/here', '/home/pi/zyra', 'https://github.com/a/b/issues/7', '/var/lib/zyra']
    expect(namesOfAWorkplace([...named, ...fine].map((text) => ({ path: 'docs/a.md', text })))).toHaveLength(named.length)
  })
})
