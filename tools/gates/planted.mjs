import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { git } from './files.mjs'

const here = resolve(import.meta.dirname, '../..')
const settings = [
  'package.json', 'nx.json', 'tsconfig.json', 'eslint.config.mjs', 'jest.config.mjs', '.dependency-cruiser.mjs', '.gitignore',
  'tools/gates',
]

const packageFolders = ['libs', 'libs/vendors', 'services', 'apps']
  .flatMap((root) => readdirSync(join(here, root)).map((name) => `${root}/${name}`))
  .filter((folder) => existsSync(join(here, folder, 'package.json')))

const write = (root, path, text) => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

/** Third-party packages are those of the real tree; ours lead into the copy. */
const linkPackages = (root, manifests) => {
  mkdirSync(join(root, 'node_modules/@zyra'), { recursive: true })
  const thirdParty = readdirSync(join(here, 'node_modules')).filter((name) => !name.startsWith('.') && name !== '@zyra')
  for (const name of thirdParty) {
    symlinkSync(join(here, 'node_modules', name), join(root, 'node_modules', name))
  }
  for (const { folder, manifest } of manifests) symlinkSync(join(root, folder), join(root, 'node_modules', manifest.name))
}

/**
 * A copy of this workspace in a temporary folder: the real settings, gates and package.json files, but every exported file
 * says only `export {}`; and in it the given files (path to text). Whoever makes one removes it.
 */
export const plantedWorkspace = (files) => {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'zyra-planted-'))
  for (const path of settings) cpSync(join(here, path), join(root, path), { recursive: true })
  const manifests = packageFolders.map((folder) => ({
    folder, manifest: JSON.parse(readFileSync(join(here, folder, 'package.json'), 'utf8')),
  }))
  for (const { folder, manifest } of manifests) {
    write(root, `${folder}/package.json`, JSON.stringify(manifest))
    for (const conditions of Object.values(manifest.exports)) write(root, join(folder, conditions['zyra-source']), 'export {}\n')
  }
  linkPackages(root, manifests)
  for (const [path, text] of Object.entries(files)) write(root, path, text)
  git(root, 'init', '--quiet')
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) }
}
