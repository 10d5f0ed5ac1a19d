import '../gates/quiet-nx.mjs'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { boundaries } from '../gates/boundaries.mjs'
import { git } from '../gates/files.mjs'
import { nodeJson } from '../gates/lint.mjs'
import { shortfalls } from '../gates/minimums.mjs'
import { copyOfRepository, link } from './copy.mjs'
import { feature } from './feature.mjs'
import { vendor } from './vendor.mjs'

const { FsTree } = createRequire(import.meta.url)('nx/src/generators/tree')
const here = resolve(import.meta.dirname, '../..')
const MINUTE = 60_000

/** What would be written to the real repository, of which nothing is. */
const planned = async (generate, options) => {
  const tree = new FsTree(here, false)
  await generate(tree, options)
  return tree.listChanges().map(({ path, content }) => ({ path, text: content.toString('utf8') }))
}

describe('a name', () => {
  it.each([
    [{ service: 'inventory', name: 'Feature' }, 'is expected to be lower-case words joined by "-", such as low-stock-alert; "Feature" is not.'],
    [{ service: 'inventory', name: '1x' }, '"1x" is not.'],
    [{ service: 'inventory', name: 'low--stock' }, '"low--stock" is not.'],
    [{ service: 'inventory', name: 'a-word-too-long-for-any-subject' }, 'has 31 characters: choose one of 30 at most'],
    [{ service: 'inventory', name: 'delete' }, '"delete" cannot be the name of a feature'],
    [{ service: 'inventory', name: 'policy' }, '"policy" cannot be the name of a feature'],
    [{ service: 'inventory', name: 'timer' }, 'The aggregate "timer" belongs to the runtime'],
    [{ service: 'inventory', name: 'reconcile' }, 'services/inventory/src/reconcile is there already'],
    [{ service: 'inventory', name: 'channels' }, 'services/inventory/src/adapters/channels.ts is there already'],
    [{ service: 'inventory', name: 'etsy-offer' }, '"etsy-offer" is the name of something in services/inventory/src/etsy-sales/'],
    [{ service: 'warehouse', name: 'reorder' }, 'There is no service "warehouse": expected one of inventory, orchestrator'],
    [{ service: 'gateway', name: 'reorder' }, 'The gateway decides nothing'],
  ])('that no feature can have is refused with a sentence: %j', async (options, sentence) => {
    await expect(planned(feature, options)).rejects.toThrow(sentence)
  })

  it.each([['Parcel', 'such as parcel-post; "Parcel" is not.'], ['etsy', 'libs/vendors/etsy is there already']])(
    'that no vendor can have is refused with a sentence: %s', async (name, sentence) => {
      await expect(planned(vendor, { name })).rejects.toThrow(sentence)
    })

  it('as long as can be leads to no line that is too long', async () => {
    const name = 'abcdefghij-abcdefghij-abcdefgh'
    const changes = [...await planned(feature, { service: 'orchestrator', name }), ...await planned(vendor, { name })]
    const code = changes.filter(({ path }) => path.endsWith('.ts'))
    expect(code.flatMap(({ path, text }) => text.split('\n').flatMap((line) => (line.length > 160 ? [`${path}: ${line}`] : [])))).toEqual([])
    expect(changes.length).toBeGreaterThan(25)
  })
})

describe('a feature and a vendor, generated into a copy of the repository as a person would', () => {
  const { root, remove } = copyOfRepository()
  afterAll(remove)

  const node = (args, env = {}) =>
    spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', ...env } })
  const nx = (...typed) => {
    const { status, stdout, stderr } = node(['node_modules/nx/dist/bin/nx.js', 'g', ...typed])
    return { status, said: `${stdout}${stderr}` }
  }
  /** Files that are not in the copy's index as they stand. */
  const generated = () =>
    git(root, 'status', '--porcelain', '--untracked-files=all').split('\n').flatMap((line) => (/^(AM|\?\?) /.test(line) ? [line.slice(3)] : []))

  let files = []
  beforeAll(() => {
    expect(nx('./tools/generators:feature', 'inventory', 'Reorder')).toMatchObject({ status: 1, said: expect.stringContaining('"Reorder" is not.') })
    expect(nx('./tools/generators:feature', 'inventory', 'reorder', '--dry-run')).toMatchObject({ status: 0 })
    expect(generated()).toEqual([])
    expect(nx('./tools/generators:feature', 'inventory', 'reorder')).toMatchObject({ status: 0, said: expect.stringContaining('npm run docs') })
    expect(nx('./tools/generators:vendor', 'parcel-post')).toMatchObject({ status: 0 })
    link(root, 'libs/vendors/parcel-post')
    files = generated()
  }, 3 * MINUTE)

  it('are files of every kind, each with its spec', () => {
    const ours = files.filter((path) => path.startsWith('services/inventory/src/reorder/')).map((path) => path.split('/').at(-1))
    expect(ours.toSorted()).toEqual([
      'do-reorder.reactor.spec.ts', 'do-reorder.reactor.ts', 'end-reorder.policy.spec.ts', 'end-reorder.policy.ts', 'reorder.decider.spec.ts',
      'reorder.decider.ts', 'reorder.port.ts', 'reorder.projection.spec.ts', 'reorder.projection.ts', 'start-reorder.policy.spec.ts',
      'start-reorder.policy.ts',
    ])
    const client = ['client.contract.spec.ts', 'client.ts', 'errors.ts', 'fake.ts', 'index.ts'].map((file) => `libs/vendors/parcel-post/src/${file}`)
    expect(files).toEqual(expect.arrayContaining(client))
  })

  it('leave the rest of the lock as it is', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
    const { 'libs/vendors/parcel-post': ours, 'node_modules/@zyra/vendor-parcel-post': linked, ...others } = packages
    expect([ours.name, linked.link]).toEqual(['@zyra/vendor-parcel-post', true])
    expect(Object.keys(others)).toEqual(Object.keys(JSON.parse(git(root, 'show', ':package-lock.json')).packages))
  })

  it('have right types', () => {
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
    const program = ts.createProgram(files.filter((path) => path.endsWith('.ts')).map((path) => join(root, path)), { ...options, incremental: false })
    const checked = program.getSourceFiles().filter(({ fileName }) => files.some((path) => fileName === join(root, path)))
    expect(checked).toHaveLength(files.filter((path) => path.endsWith('.ts')).length)
    const problems = checked.flatMap((source) => [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)])
    expect(problems.map(({ file, messageText }) => `${file.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`)).toEqual([])
  }, 3 * MINUTE)

  it('break no rule of ESLint and no boundary', () => {
    nodeJson(root, 'tools/gates/project-graph.mjs')
    const code = files.filter((path) => path.endsWith('.ts'))
    const results = nodeJson(root, 'node_modules/eslint/bin/eslint.js', ...code, '--format', 'json')
    expect(results.flatMap(({ filePath, messages }) => messages.map(({ line, message }) => `${filePath}:${line} ${message}`))).toEqual([])
    expect(results).toHaveLength(code.length)
    expect(boundaries(root).problems).toEqual([])
  }, 4 * MINUTE)

  it('pass their own specs, and those of the contracts', () => {
    const wanted = [...files.filter((path) => path.endsWith('.spec.ts')), 'libs/contracts/src/fixtures', 'tools/gates/fixtures', 'tools/contracts/released']
    const options = { NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning' }
    const cache = ['--cacheDirectory', join(root, 'node_modules/.cache/jest')]
    const { stdout } = node(['node_modules/jest/bin/jest.js', '-c', 'jest.config.mjs', '--json', '--runInBand', ...cache, ...wanted], options)
    const { testResults, numPassedTests } = JSON.parse(stdout)
    expect(testResults.filter(({ status }) => status !== 'passed').map(({ name, message }) => `${name}: ${message}`)).toEqual([])
    expect(shortfalls('generators', { files: files.length, 'tests of what was generated': numPassedTests })).toEqual([])
  }, 4 * MINUTE)
})
