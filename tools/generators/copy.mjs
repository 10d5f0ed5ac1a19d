import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { git, treeFiles } from '../gates/files.mjs'

const here = resolve(import.meta.dirname, '../..')

const linkPackages = (root, paths) => {
  const modules = join(here, 'node_modules')
  mkdirSync(join(root, 'node_modules/@zyra'), { recursive: true })
  const thirdParty = readdirSync(modules).filter((name) => name !== '@zyra' && name !== '.cache')
  for (const name of thirdParty) symlinkSync(join(modules, name), join(root, 'node_modules', name))
  for (const path of paths.filter((one) => /^(libs|services|apps)\/.*package\.json$/.test(one))) link(root, dirname(path))
}

/** Links a package of the copy as `npm install` would. */
export const link = (root, folder) => {
  const { name } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  const place = join(root, 'node_modules', name)
  if (!existsSync(place)) symlinkSync(join(root, folder), place)
}

/** The whole repository, as it stands, in a temporary folder: third-party packages are linked, ours lead into the copy. */
export const copyOfRepository = () => {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'zyra-generated-'))
  const paths = treeFiles(here)
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    cpSync(join(here, path), join(root, path))
  }
  linkPackages(root, paths)
  git(root, 'init', '--quiet')
  git(root, 'add', '--all')
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) }
}
