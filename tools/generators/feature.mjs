import { generateFiles } from '@nx/devkit'
import { join } from 'node:path'
import { says, withElements, withEntries, withImport, withPort } from './code.mjs'
import { requireName, spellings } from './names.mjs'
import { told } from './told.mjs'

const FILE_LINES = 299

const contractOf = ({ name, Name, words }) => `
  ${Name}Started: event({
    aggregate: '${name}',
    schema: z.strictObject({
      because: z.string().describe('What it was started by, in words.'),
      at: time.describe('When it was asked for.'),
    }).describe('The ${words} is under way.'),
  }),
  ${Name}Ended: event({
    aggregate: '${name}',
    schema: z.strictObject({ problem: reason.nullable().describe('Why it came to nothing, in one sentence for people; null where it was done.') })
      .describe('The ${words} is over.'),
  }),
  ${Name}Done: event({
    aggregate: '${name}-effect',
    schema: z.strictObject({}).describe('The ${words} was done.'),
  }),
  ${Name}Refused: event({
    aggregate: '${name}-effect',
    schema: z.strictObject({ reason }).describe('The ${words} was not done.'),
  }),`

const gistsOf = ({ service, Name, words }) => [
  `  '${service}.${Name}Started': ({ data: { because } }) => \`the ${words} is under way: \${because}\`,`,
  `  '${service}.${Name}Ended': ({ data: { problem } }) =>`,
  `    problem === null ? 'the ${words} is over' : \`the ${words} came to nothing: \${problem}\`,`,
  `  '${service}.${Name}Done': () => 'the ${words} was done',`,
  `  '${service}.${Name}Refused': ({ data: { reason } }) => \`the ${words} was not done: \${reason}\`,`,
]

const fixturesOf = ({ Name }) => ({
  [`${Name}Started`]: { because: 'new merchant', at: '2026-11-20T06:30:00.000Z' },
  [`${Name}Ended`]: { problem: null },
  [`${Name}Done`]: {},
  [`${Name}Refused`]: { reason: 'everything is stopped' },
})

const servicesOf = (tree) =>
  tree.children('services').filter((service) => tree.exists(`libs/contracts/src/${service}.ts`) && tree.exists(`services/${service}/src/service.ts`))

const sourcesOf = (tree, folder) =>
  tree.children(folder).flatMap((entry) => (tree.isFile(`${folder}/${entry}`) ? [`${folder}/${entry}`] : sourcesOf(tree, `${folder}/${entry}`)))

/** @throws Error with one sentence where the feature cannot be added */
const check = (tree, { service, name }) => {
  requireName('feature', name)
  const services = servicesOf(tree).filter((one) => one !== 'gateway')
  if (service === 'gateway') throw new Error(`The gateway decides nothing: a feature belongs to one of ${services.join(', ')}.`)
  if (!services.includes(service)) throw new Error(`There is no service "${service}": expected one of ${services.join(', ')}.`)
  const source = `services/${service}/src`
  if (tree.exists(`${source}/${name}`)) throw new Error(`${source}/${name} is there already: choose another name.`)
  if (tree.exists(`${source}/adapters/${name}.ts`)) throw new Error(`${source}/adapters/${name}.ts is there already: choose another name.`)
  if (['handler', 'parked', 'timer'].includes(name)) throw new Error(`The aggregate "${name}" belongs to the runtime: choose another name.`)
  const names = [name, `${name}-effect`, `start-${name}`, `end-${name}`, `do-${name}`]
  const handlers = sourcesOf(tree, source).filter((path) => /\.(decider|policy|reactor)\.ts$/.test(path))
  for (const path of handlers) {
    const twin = names.find((one) => says(tree.read(path, 'utf8'), one))
    if (twin !== undefined) throw new Error(`"${twin}" is the name of something in ${path} already: choose another name.`)
  }
}

const write = (tree, path, text) => {
  const lines = text.trimEnd().split('\n').length
  if (lines > FILE_LINES) throw new Error(`${path} would have ${lines} lines, and a file stays under ${FILE_LINES + 1}: split it first.`)
  tree.write(path, text)
}

const addToContracts = (tree, { service, ...spelt }) => {
  const path = `libs/contracts/src/${service}.ts`
  const imported = withImport(tree.read(path, 'utf8'), './fields.ts', ['reason', 'time'])
  write(tree, path, withEntries(imported, `${service}Events`, contractOf(spelt).split('\n')))
  for (const [event, data] of Object.entries(fixturesOf(spelt))) {
    tree.write(`libs/contracts/fixtures/${service}/${event}.v1.json`, `${JSON.stringify(data, undefined, 2)}\n`)
  }
  const gists = `apps/cli/src/text/gists/${service}.ts`
  write(tree, gists, withEntries(tree.read(gists, 'utf8'), `${service}Gists`, gistsOf({ service, ...spelt })))
}

const addToService = (tree, { service, name, Name, camel }) => {
  const path = `services/${service}/src/service.ts`
  const imports = [
    [`./${name}/${name}.decider.ts`, camel],
    [`./${name}/start-${name}.policy.ts`, `start${Name}`],
    [`./${name}/end-${name}.policy.ts`, `end${Name}`],
    [`./${name}/do-${name}.reactor.ts`, `do${Name}`],
    [`./${name}/${name}.projection.ts`, `${camel}Rows`],
    [`./adapters/${name}.ts`, `${camel}Of`],
  ]
  const lists = { deciders: [camel], policies: [`start${Name}`, `end${Name}`], reactors: [`do${Name}`], projections: [`${camel}Rows`] }
  const withImports = imports.reduce((text, [module, one]) => withImport(text, module, [one]), tree.read(path, 'utf8'))
  const withLists = Object.entries(lists).reduce((text, [property, elements]) => withElements(text, service, property, elements), withImports)
  write(tree, path, withPort(withLists, service, camel, `${camel}Of()`))
}

const addToReadme = (tree, { service, name, words }) => {
  const path = `services/${service}/README.md`
  const text = tree.read(path, 'utf8')
  const [table] = /\| feature \|.*\n(\|.*\n)+/.exec(text) ?? []
  if (table === undefined) throw new Error(`${path} has no table of features any more: the generator does not find its way.`)
  write(tree, path, text.replace(table, `${table}| \`${name}\` | starts for a new merchant, does the ${words} through its port, and ends: one at a time |\n`))
}

/** Adds a feature to a service: everything that it needs, connected, and doing nothing in the outside yet. */
export const feature = async (tree, { service, name }) => {
  check(tree, { service, name })
  const spelt = { service, Service: spellings(service).Name, ...spellings(name) }
  const files = join(import.meta.dirname, 'files/feature')
  generateFiles(tree, join(files, 'service'), `services/${service}/src/${name}`, spelt)
  generateFiles(tree, join(files, 'adapters'), `services/${service}/src/adapters`, spelt)
  addToContracts(tree, spelt)
  addToService(tree, spelt)
  addToReadme(tree, spelt)
  return told([
    'npm run docs      writes the pages about events anew',
    `npm test -- services/${service}/src/${name}      runs the new specs`,
    `Then make it yours: when it starts (start-${name}.policy.ts), what it decides, and what its port does (adapters/${name}.ts).`,
  ])
}
