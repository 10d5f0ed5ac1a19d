import { generateFiles, readJson, writeJson } from '@nx/devkit'
import { join } from 'node:path'
import { requireName, spellings } from './names.mjs'
import { told } from './told.mjs'

/** The entries with one more, where npm would put it; the others stay where they are. */
const placed = (entries, key, value) => {
  const after = entries.findIndex(([other]) => other.localeCompare(key, 'en') > 0)
  return entries.toSpliced(after === -1 ? entries.length : after, 0, [key, value])
}

/** What `npm install` would write for a workspace that needs nothing new. */
const addToLock = (tree, folder, { name, version, dependencies }) => {
  const { packages, ...lock } = readJson(tree, 'package-lock.json')
  const withFolder = placed(Object.entries(packages), folder, { name, version, dependencies })
  const withLink = placed(withFolder, `node_modules/${name}`, { resolved: folder, link: true })
  writeJson(tree, 'package-lock.json', { ...lock, packages: Object.fromEntries(withLink) })
}

/** Adds a vendor: a client, a fake that is a real HTTP server, and the spec that holds both to one contract. */
export const vendor = async (tree, { name }) => {
  requireName('vendor', name)
  const folder = `libs/vendors/${name}`
  if (tree.exists(folder)) throw new Error(`${folder} is there already: choose another name.`)
  const { dependencies } = readJson(tree, 'libs/vendors/faults/package.json')
  generateFiles(tree, join(import.meta.dirname, 'files/vendor'), folder, { ...spellings(name), ...dependencies })
  addToLock(tree, folder, readJson(tree, `${folder}/package.json`))
  return told([
    `npm test -- ${folder}      installs the new package and runs its specs`,
    `Then make it yours: the calls and rules of the real ${spellings(name).Name}, each with its source in the README, and the service that owns it`,
    'in .dependency-cruiser.mjs ("vendors-have-one-owner") and in the adapters of that service.',
  ])
}
