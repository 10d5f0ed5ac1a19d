import { wellFormedFeature } from './feature.mjs'
import { lint } from './lint.mjs'
import { shortfalls } from './minimums.mjs'
import { plantedWorkspace } from './planted.mjs'

const feature = 'services/inventory/src/selling'
const service = 'services/inventory/src'
const nx = '@nx/enforce-module-boundaries'
const syntax = 'no-restricted-syntax'
const globals = 'no-restricted-globals'
const importing = (name) => `import '${name}'\n`
const inFunction = (code) => `export const f = (x: { y: number, z: number[], w?: number }) => { ${code} }\n`
const asking = (expression) => `export const f = () => ${expression}\n`
const lines = (count) => '// one of many lines\n'.repeat(count - 1) + 'export const one = 1\n'

/** What may not stand in a decider, a policy, a projection or a reactor: the rule, its place and the code. */
const inPureFiles = [
  [globals, 'performance.decider.ts', asking('performance.now()')],
  [globals, 'timer.policy.ts', asking('setTimeout(() => 1, 1)')],
  [globals, 'uuid.decider.ts', asking('crypto.randomUUID()')],
  [globals, 'env.policy.ts', asking('process.env')],
  [globals, 'global.decider.ts', asking('globalThis.Date.now()')],
  [globals, 'output.projection.ts', asking('console.log(1)')],
  [globals, 'intl.projection.ts', asking('new Intl.DateTimeFormat().format()')],
  [globals, 'fetch.reactor.ts', asking('fetch("http://127.0.0.1")')],
  [syntax, 'now.decider.ts', asking('Date.now()')],
  [syntax, 'today.policy.ts', asking('new Date()')],
  [syntax, 'called.projection.ts', asking('Date()')],
  [syntax, 'alias.decider.ts', 'const D = Date\nexport const f = () => new D(1)\n'],
  [syntax, 'random.decider.ts', asking('Math.random()')],
  [syntax, 'computed.decider.ts', asking("Math['random']()")],
  [syntax, 'taken.policy.ts', 'const { random } = Math\nexport const f = () => random()\n'],
  [syntax, 'locale.projection.ts', asking('(1).toLocaleString()')],
  [syntax, 'async.decider.ts', 'export const f = async () => 1\n'],
  [syntax, 'await.policy.ts', 'await import("@zyra/es")\nexport const one = 1\n'],
  [syntax, 'class.decider.ts', 'export class C { readonly one = 1 }\n'],
  [syntax, 'member.decider.ts', inFunction('const copy = { ...x }; copy.y = 1; return copy')],
  [syntax, 'increment.decider.ts', inFunction('const copy = { ...x }; copy.y++; return copy')],
  [syntax, 'delete.policy.ts', inFunction('delete x.w; return x')],
  [syntax, 'push.projection.ts', inFunction('x.z.push(1); return x')],
  [syntax, 'sort.decider.ts', inFunction('return x.z.sort()')],
  [syntax, 'assign.decider.ts', inFunction('return Object.assign(x, { y: 1 })')],
  ['no-param-reassign', 'parameter.decider.ts', inFunction('x.y = 1; return x')],
  ['max-lines', 'long.decider.ts', lines(150)],
].map(([rule, name, code]) => [rule, `${feature}/${name}`, code])

const inAnyFile = [
  [nx, 'services/gateway/src/sibling.ts', importing('@zyra/inventory')],
  [nx, 'services/gateway/src/relative.ts', importing('../../inventory/src/index.ts')],
  [nx, 'services/gateway/src/servers.ts', importing('@zyra/servers')],
  [nx, 'apps/cli/src/service.ts', importing('@zyra/inventory')],
  [nx, 'apps/cli/src/app.ts', importing('@zyra/sandbox')],
  [nx, 'services/all/src/command-line.ts', importing('@zyra/cli')],
  [nx, 'apps/sandbox/src/service.ts', importing('@zyra/all')],
  [nx, 'libs/es/src/up.ts', importing('@zyra/contracts')],
  [nx, 'libs/contracts/src/up.ts', importing('@zyra/es')],
  [nx, 'libs/jetstream/src/up.ts', importing('@zyra/postgres')],
  [nx, 'libs/postgres/src/up.ts', importing('@zyra/jetstream')],
  [nx, 'libs/privacy/src/up.ts', importing('@zyra/es')],
  [nx, 'libs/runtime/src/up.ts', importing('@zyra/vendor-etsy')],
  [nx, 'libs/servers/src/up.ts', importing('@zyra/contracts')],
  [nx, 'libs/testing/src/up.ts', importing('@zyra/orchestrator')],
  [nx, 'libs/vendors/etsy/src/up.ts', importing('@zyra/vendor-shopify')],
  [nx, 'libs/vendors/shopify/src/up.ts', importing('@zyra/contracts')],
  [nx, 'libs/vendors/faults/src/up.ts', importing('@zyra/vendor-etsy')],
  [globals, `${service}/adapters/ungated.ts`, asking('fetch("http://127.0.0.1")')],
  [globals, `${service}/adapters/global-fetch.ts`, asking('globalThis.fetch("http://127.0.0.1")')],
  [globals, 'services/gateway/src/control/socket.controller.ts', asking('new WebSocket("ws://127.0.0.1")')],
  ['no-restricted-imports', `${service}/adapters/ungated-http.ts`, "import { request } from 'node:http'\nexport const f = () => request('http://127.0.0.1')\n"],
  [syntax, `${service}/let.ts`, 'export let count = 0\nexport const f = () => { count += 1; return count }\n'],
  [syntax, `${service}/map.ts`, 'const seen = new Map<string, string>()\nexport const f = () => seen\n'],
  [syntax, `${service}/array.ts`, 'const seen: string[] = []\nexport const f = () => seen\n'],
  [syntax, `${service}/object.ts`, 'const seen: Record<string, string> = {}\nexport const f = () => seen\n'],
  ['max-lines', `${service}/long.ts`, lines(300)],
  ['no-restricted-exports', `${service}/default.ts`, 'export default 1\n'],
  ['no-restricted-exports', `${service}/named-default.ts`, 'const one = 1\nexport { one as default }\n'],
  ['no-warning-comments', `${service}/later.ts`, `// ${'to'}${'do'}: later\nexport const one = 1\n`],
  ['@stylistic/max-len', `${service}/wide.ts`, `export const wide = '${'x'.repeat(150)}'\n`],
  ['@stylistic/semi', `${service}/semicolon.ts`, 'export const one = 1;\n'],
  ['@stylistic/quotes', `${service}/quotes.ts`, 'export const one = "one"\n'],
  ['@typescript-eslint/no-explicit-any', `${service}/any.ts`, 'export const f = (x: any): number => (x === 1 ? 1 : 2)\n'],
  ['@typescript-eslint/no-unused-vars', `${service}/unused.ts`, 'const one = 1\nexport const two = 2\n'],
  ['@typescript-eslint/no-floating-promises', `${service}/floating.ts`, 'export const f = () => { Promise.resolve(1) }\n'],
  ['@typescript-eslint/no-misused-promises', `${service}/misused.ts`, 'export const f = (x: number[]) => { x.forEach(async () => {}) }\n'],
  ['@typescript-eslint/consistent-type-imports', `${service}/import.ts`,
    "import { PriceSet } from '@zyra/contracts'\nexport type P = PriceSet\n"],
  ['@typescript-eslint/switch-exhaustiveness-check', `${service}/switch.ts`,
    "export const f = (x: 'a' | 'b') => { switch (x) { case 'a': return 1 } return 2 }\n"],
  ['@typescript-eslint/switch-exhaustiveness-check', `${service}/default-hides.ts`,
    "export const f = (x: 'a' | 'b') => { switch (x) { case 'a': return 1; default: return 2 } }\n"],
  ['eslint', `${service}/disabling.ts`, '/* eslint-disable max-lines */\nexport const one = 1\n'],
]

/** These are reported elsewhere than in the planted file, or need a file that no source would have. */
const inSettings = [
  ['layers', 'services/untagged/package.json', '{ "name": "@zyra/untagged", "exports": {} }', '@zyra/untagged'],
  ['unseen', 'coverage/unseen.mjs', 'export const one = 1\n'],
]

/** Rule, path, text, and where it is reported if not at that path. */
const plants = [...inPureFiles, ...inAnyFile, ...inSettings]

describe('the lint', () => {
  const found = []
  const said = {}
  let workspace
  beforeAll(() => {
    workspace = plantedWorkspace({
      ...wellFormedFeature,
      ...Object.fromEntries(plants.map(([, path, text]) => [path, text])),
      '.gitignore': 'node_modules/\n.nx/\n',
    })
    const { counts, problems, shortfalls: missing } = lint(workspace.root)
    found.push(...problems)
    Object.assign(said, { counts, missing })
  }, 60_000)
  afterAll(() => workspace.remove())

  it.each(plants.map(([rule, path, , file = path]) => [rule, file]))('reports %s in %s', (rule, file) => {
    expect(found.filter((problem) => problem.file === file).map((problem) => problem.rule)).toContain(rule)
  })

  it('lets a well-formed feature pass', () => {
    expect(found.filter(({ file }) => file in wellFormedFeature)).toEqual([])
    expect(plants.filter(([, path]) => path in wellFormedFeature)).toEqual([])
  })

  it('compares what it counted with its minimums, and fails on nothing', () => {
    expect(said.missing).toEqual(shortfalls('lint', said.counts))
    expect(shortfalls('lint', {})).toHaveLength(Object.keys(said.counts).length)
  })
})
