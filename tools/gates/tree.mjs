const inRoot = new Set([
  'README.md', 'GLOSSARY.md', 'STYLE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'LICENSE',
  'package.json', 'package-lock.json', 'nx.json', 'tsconfig.json',
  'eslint.config.mjs', 'jest.config.mjs', '.dependency-cruiser.mjs',
  '.gitignore', '.gitattributes', '.editorconfig', '.npmrc', '.swcrc', '.env.example', '.dockerignore',
  '.ci', '.github', 'apps', 'bench', 'deploy', 'docs', 'libs', 'scripts', 'services', 'simulation', 'tools',
])

/** Files and folders in the root that have no business there, as sentences. */
export const strayInRoot = (paths) =>
  [...new Set(paths.map((path) => path.split('/')[0]))]
    .filter((entry) => !inRoot.has(entry))
    .map((entry) => `${entry}: the root holds only what tools/gates/tree.mjs lists; move it into docs/, scripts/ or its package.`)

const needsSpec = /\.(decider|policy|reactor|projection)\.ts$/

/** The files that need a spec of the same name beside them. */
export const filesThatNeedSpec = (paths) => paths.filter((path) => needsSpec.test(path))

/** Those of them that have none, as sentences. */
export const withoutSpec = (paths) =>
  filesThatNeedSpec(paths)
    .map((path) => [path, path.replace(/\.ts$/, '.spec.ts')])
    .filter(([, spec]) => !paths.includes(spec))
    .map(([path, spec]) => `${path}: write ${spec}; what decides, acts or fills rows has a spec beside it.`)

const kinds = [
  [/\.(decider|policy|reactor|projection)(\.spec)?\.ts$/, /^services\/[^/]+\/src\/(?!adapters\/)[^/]+\/[^/]+$/,
    'this kind of file stands in a flat feature folder, services/<service>/src/<feature>/'],
  [/\.controller(\.spec)?\.ts$/, /^services\/gateway\/src\/[^/]+\/[^/]+$/,
    'only the gateway lets HTTP in, so a controller stands in one of its feature folders, services/gateway/src/<feature>/'],
]

/** Files whose kind, told by their name, does not belong where they stand, as sentences. */
export const outOfPlace = (paths) =>
  paths.flatMap((path) => kinds.filter(([kind, place]) => kind.test(path) && !place.test(path)).map(([, , why]) => `${path}: ${why}.`))

/** `index.ts` files that are not a package's public face, as sentences; `faces` are the paths that the packages export. */
export const innerBarrels = (paths, faces) =>
  paths
    .filter((path) => /(^|\/)index\.(ts|mjs)$/.test(path) && !faces.includes(path))
    .map((path) => `${path}: no inner barrels; import the file that holds the thing, or name this path in the package's exports.`)

const unlimited = /^(package-lock\.json|CHANGELOG\.md|LICENSE|docs\/reference\/.*|.*\.(json|graphql|svg|asc))$/

/** Files of 300 lines or more, as sentences. Data, generated pages and what grows by its nature are not counted. */
export const tooLong = (files) =>
  files
    .filter(({ path }) => !unlimited.test(path))
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines >= 300)
    .map(({ path, lines }) => `${path}: ${lines} lines; a file stays under 300, so split it by what it is about.`)

// The brackets keep these patterns from finding themselves; pi and ann are the people of examples.
const foreign = [
  /(?<![\w.:/-])\/(?:work|ro[o]t|Use[r]s|ho[m]e\/(?!pi\b|ann\b)\w+)\//,
  /\b[A-Z]:\\Use[r]s\\/,
  /\/tmp\/b[a]sh_/,
  /\.lib[r]ary\b|\bf[a]rm-\w+|\biss[u]es (?:show|list|close)\b|\biss[u]e #?\d\d?\b/i,
  /sha[r]ed\/[\w/-]+\.\w+|MACH[I]NE-FACTS/,
]

/** Lines that name a machine's path or the tools of one workplace, as sentences. */
export const namesOfAWorkplace = (files) =>
  files.flatMap(({ path, text }) => text.split('\n').flatMap((line, index) => {
    const [name] = foreign.map((pattern) => pattern.exec(line)?.[0]).filter((match) => match !== undefined)
    const why = 'belongs to one machine or workplace; say it without, or link to a public page'
    return name === undefined ? [] : [`${path}:${index + 1}: "${name}" ${why}.`]
  }))
