import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Runs git on the repository at `root`, whichever one a surrounding hook points at and whoever owns it. */
export const git = (root, ...args) => {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')))
  return execFileSync('git', ['-c', 'safe.directory=*', ...args], { cwd: root, env, encoding: 'utf8' })
}

/** Paths of all files that are or could be committed under `root` (what .gitignore names is left out), sorted. */
export const treeFiles = (root) =>
  git(root, 'ls-files', '--cached', '--others', '--exclude-standard', '-z')
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)))
    .toSorted()

/** The text of a file, or undefined if it is binary. */
export const textOf = (root, path) => {
  const text = readFileSync(join(root, path), 'utf8')
  return text.includes('\0') ? undefined : text
}

/** Files that ESLint must have seen; the dashboard has its own tools. */
export const isCode = (path) => /\.(ts|mjs)$/.test(path) && !path.startsWith('services/dashboard/')

/** Files that dependency-cruiser must have seen. */
export const isSource = (path) => isCode(path) && /^(libs|services|apps)\//.test(path)

/** The folder of the package that a file belongs to, or undefined outside of packages. */
export const packageOf = (path) => /^(libs\/vendors|libs|services|apps)\/[^/]+(?=\/)/.exec(path)?.[0]
