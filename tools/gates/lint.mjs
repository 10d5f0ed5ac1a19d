import { spawnSync } from 'node:child_process'
import { relative } from 'node:path'
import { isCode, treeFiles } from './files.mjs'
import { layers } from './layers.mjs'
import { shortfalls } from './minimums.mjs'

const megabytes = 2 ** 20

/** Runs a Node program in `root` and returns what it printed as JSON; throws with all of its output if that is not JSON. */
export const nodeJson = (root, ...args) => {
  const env = { ...process.env, NODE_OPTIONS: '' }
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8', maxBuffer: 256 * megabytes })
  try {
    return JSON.parse(stdout)
  } catch {
    throw new Error(`node ${args.join(' ')} in ${root} was expected to print JSON, but printed:\n${stdout}\n${stderr}`)
  }
}

/** Runs ESLint over a whole tree, nx's boundaries between packages included: what it counted and every problem it found. */
export const lint = (root) => {
  const tree = treeFiles(root)
  const graph = nodeJson(root, 'tools/gates/project-graph.mjs')
  const results = nodeJson(root, 'node_modules/eslint/bin/eslint.js', '.', '--format', 'json')
  const linted = new Set(results.map(({ filePath }) => relative(root, filePath)))

  const found = results.flatMap(({ filePath, messages }) =>
    messages.map(({ line, ruleId, message }) => ({ file: relative(root, filePath), line, rule: ruleId ?? 'eslint', message })))
  const untagged = graph.packages.filter(({ tags }) => !tags.some((tag) => tag in layers)).map(({ name }) => ({
    file: name, line: 0, rule: 'layers', message: 'nx.tags in package.json names no layer of tools/gates/layers.mjs: give the package one.',
  }))
  const unseen = tree.filter((path) => isCode(path) && !linted.has(path)).map((file) => ({
    file, line: 0, rule: 'unseen', message: 'ESLint did not check this file: take it out of the ignored ones in eslint.config.mjs.',
  }))
  const counts = { packages: graph.packages.length, 'dependencies between packages': graph.edges, files: linted.size }
  return { counts, problems: [...untagged, ...unseen, ...found], shortfalls: shortfalls('lint', counts) }
}
