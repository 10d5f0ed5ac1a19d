const folder = 'libs/contracts/fixtures/'

/** The fixtures among the files of the tree. */
export const fixtureFiles = (paths) => paths.filter((path) => path.startsWith(folder))

/** The path of the fixture of one version of an event, e.g. of `inventory.StockObserved`. */
export const fixturePath = (event, version) => `${folder}${event.replace('.', '/')}.v${version}.json`

/** Versions of events (a map from full name to the number of its versions) without a fixture, and fixtures without an event, as sentences. */
export const fixtureProblems = (versions, paths) => {
  const expected = [...versions].flatMap(([event, count]) => Array.from({ length: count }, (_, index) => fixturePath(event, index + 1)))
  return [
    ...expected.filter((path) => !paths.includes(path)).map((path) => `${path} is missing: every version of every event has a fixture, for ever.`),
    ...fixtureFiles(paths).filter((path) => !expected.includes(path)).map((path) => `${path} belongs to no declared version of an event.`),
  ]
}
