/**
 * A gate that can pass on nothing is a defect: each fails below these counts of what it checked.
 * Raise a figure when the tree has grown well past it; lower one only together with what was removed.
 */
export const minimums = {
  lint: { packages: 17, 'dependencies between packages': 20, files: 150 },
  boundaries: { modules: 150, imports: 500, 'imports between packages': 30 },
  tree: { files: 150, 'files of code': 100, 'files that need a spec': 4 },
  fixtures: { events: 10, fixtures: 10 },
  documents: { events: 50, links: 100 },
  asyncapi: { channels: 20, operations: 30, messages: 500 },
  schemas: { mutants: 1_000 },
  released: { versions: 50 },
  generators: { files: 25, 'tests of what was generated': 100 },
  quotes: { guides: 7, quotes: 8 },
  metrics: { metrics: 35, 'metrics of our own': 18, 'metrics in rules': 15, 'alerts tested': 15 },
}

/** What was counted below its minimum, as sentences; empty when all is well. */
export const shortfalls = (gate, counts) =>
  Object.entries(minimums[gate])
    .filter(([what, least]) => !(counts[what] >= least))
    .map(([what, least]) => `${gate} checked ${counts[what] ?? 0} ${what}, expected at least ${least}: find out what it no longer sees.`)
