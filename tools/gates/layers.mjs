const libs = ['type:es', 'type:contracts', 'type:seals', 'type:jetstream', 'type:postgres', 'type:privacy', 'type:runtime', 'type:vendor']
const belowRuntime = libs.filter((tag) => tag !== 'type:runtime')

/** What each kind of package may import, by the tags in the packages' `nx.tags`. A package whose tag is missing here may import nothing. */
export const layers = {
  'type:es': [],
  'type:contracts': [],
  'type:seals': [],
  'type:servers': [],
  'type:jetstream': ['type:contracts', 'type:es'],
  'type:postgres': ['type:contracts', 'type:es'],
  'type:privacy': ['type:contracts'],
  'type:runtime': ['type:contracts', 'type:es', 'type:seals', 'type:jetstream', 'type:postgres', 'type:privacy'],
  'type:testing': ['type:servers', ...belowRuntime],
  'type:vendor': ['vendor:faults'],
  'type:service': libs,
  'type:app': ['type:servers', ...libs],
  'type:composition': ['type:service', 'type:servers', ...libs],
  // The bench starts what is measured and reads the log as a service would.
  'type:bench': ['type:servers', 'type:composition', 'type:service', ...libs],
  // Replaying needs the deciders and projections that services/all lists; what a service is made of stays out of reach.
  'type:command-line': ['type:servers', 'type:composition', ...libs],
}

/** Specs may use their own package by its public face, start servers of their own, and in services tell their stories with `given()`. */
const inSpecs = {
  'type:jetstream': ['type:servers'],
  'type:postgres': ['type:servers'],
  'type:runtime': ['type:servers', 'type:testing'],
  'type:service': ['type:servers', 'type:testing'],
  'type:app': ['type:testing'],
  'type:command-line': ['type:testing'],
  'type:composition': ['type:testing', 'type:app'],
}

/** The options of `@nx/enforce-module-boundaries` for sources or for specs. */
export const moduleBoundaries = (files) => ({
  allow: [],
  allowCircularSelfDependency: files === 'spec',
  depConstraints: Object.entries(layers).map(([sourceTag, targets]) => ({
    sourceTag,
    onlyDependOnLibsWithTags: [...targets, ...(files === 'spec' ? inSpecs[sourceTag] ?? [] : [])],
  })),
})
