import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isSource, packageOf, treeFiles } from './files.mjs'
import { nodeJson } from './lint.mjs'
import { shortfalls } from './minimums.mjs'

const roots = ['libs', 'services', 'apps', 'bench', 'scripts', 'tools', 'eslint.config.mjs', 'jest.config.mjs', '.dependency-cruiser.mjs']

/** Runs dependency-cruiser over a whole tree: what it counted and every import that breaks a rule. */
export const boundaries = (root) => {
  const tree = treeFiles(root)
  const { modules, summary } = nodeJson(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
    '--config', '.dependency-cruiser.mjs', '--output-type', 'json',
    ...roots.filter((path) => existsSync(join(root, path))))
  const rules = new Map(summary.ruleSetUsed.forbidden.map(({ name, comment }) => [name, comment]))
  const ours = modules.filter(({ source }) => isSource(source))
  const seen = new Set(ours.map(({ source }) => source))
  const imports = ours.flatMap(({ source, dependencies }) => dependencies.map(({ resolved }) => [source, resolved]))

  const found = summary.violations.map(({ from, to, rule, cycle = [] }) => ({
    file: from,
    line: 0,
    rule: rule.name,
    message: `${to === from ? '' : `imports ${[to, ...cycle.map(({ name }) => name)].join(' -> ')}. `}${rules.get(rule.name)}`,
  }))
  const unseen = tree.filter((path) => isSource(path) && !seen.has(path)).map((file) => ({
    file, line: 0, rule: 'unseen', message: 'dependency-cruiser did not read this file: see the exclusions in .dependency-cruiser.mjs.',
  }))
  const crossing = imports.filter(([source, target]) => packageOf(target) !== undefined && packageOf(source) !== packageOf(target))
  const counts = { modules: seen.size, imports: imports.length, 'imports between packages': crossing.length }
  return { counts, problems: [...unseen, ...found], shortfalls: shortfalls('boundaries', counts) }
}
