const folder = 'libs/contracts/fixtures/'

/** The fixtures among the files of the tree. */
export const fixtureFiles = (paths) => paths.filter((path) => path.startsWith(folder))

/** The path of the fixture of one version of an event, e.g. of `inventory.StockObserved`. */
export const fixturePath = (event, version) => `${folder}${event.replace('.', '/')}.v${version}.json`

/**
 * Versions of events without a fixture, and fixtures without a version, as sentences.
 * `versions` maps an event's full name to the number of its versions.
 */
export const fixtureProblems = (versions, paths) => {
  const expected = [...versions].flatMap(([event, count]) =>
    Array.from({ length: count }, (_, index) => fixturePath(event, index + 1)))
  const missing = expected.filter((path) => !paths.includes(path))
  const stray = fixtureFiles(paths).filter((path) => !expected.includes(path))
  return [
    ...missing.map((path) => `${path} is missing: every version of every event has a fixture, for ever.`),
    ...stray.map((path) => `${path} belongs to no declared version of an event: declare it, or remove a fixture that never was written.`),
  ]
}
