import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { withLock } from './lock.mjs'
import { Problem } from './problem.mjs'
import { step } from './steps.mjs'

/** Raise it when this file writes something else for the same source. */
const FORMAT = 1

const manifestFile = (root) => join(root, 'node_modules', '.cache', 'zyra-build.json')

function expandWorkspace(root, pattern) {
  if (!pattern.endsWith('/*')) return [pattern]
  const folder = pattern.slice(0, -2)
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder)).map((name) => join(folder, name))
}

function packages(root) {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const folders = [...new Set(workspaces.flatMap((pattern) => expandWorkspace(root, pattern)))]
  return folders.filter((folder) => existsSync(join(root, folder, 'package.json')) && existsSync(join(root, folder, 'src')))
}

function filesBelow(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

const isCode = (file) => file.endsWith('.ts')
const isLeftOut = (file) => /\.spec\.ts$|\.d\.ts$/.test(file)

/** Every source that has an output, with a mark that changes when the source does. */
function listSources(root) {
  return packages(root).flatMap((folder) => {
    const [src, dist] = [join(root, folder, 'src'), join(root, folder, 'dist')]
    return filesBelow(src).filter((file) => !isLeftOut(file)).map((file) => {
      const { mtimeMs, size } = statSync(file)
      const out = join(dist, relative(src, file)).replace(/\.ts$/, '.js')
      return { file, out, mark: `${mtimeMs}:${size}` }
    })
  })
}

function readManifest(root, options) {
  try {
    const manifest = JSON.parse(readFileSync(manifestFile(root), 'utf8'))
    return manifest.options === options ? manifest.marks : {}
  } catch {
    return {}
  }
}

/** What one build would have to do. */
function plan(root) {
  const swcrc = readFileSync(join(root, '.swcrc'), 'utf8')
  const swcVersion = JSON.parse(readFileSync(join(root, 'node_modules', '@swc', 'core', 'package.json'), 'utf8')).version
  const options = createHash('sha256').update(`${FORMAT} ${swcVersion} ${swcrc}`).digest('hex')
  const marks = readManifest(root, options)
  const sources = listSources(root)
  const wanted = new Set(sources.flatMap(({ file, out }) => (isCode(file) ? [out, `${out}.map`] : [out])))
  const present = packages(root).flatMap((folder) => filesBelow(join(root, folder, 'dist')))
  const exists = new Set(present)
  return {
    options,
    swcrc,
    sources,
    changed: sources.filter(({ file, out, mark }) => marks[relative(root, file)] !== mark || !exists.has(out)),
    stale: present.filter((file) => !wanted.has(file)),
  }
}

/** Others may be reading: they see the old file or the new one. */
function writeWhole(file, write) {
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}.new`
  write(draft)
  renameSync(draft, file)
}

async function compile(root, { changed, swcrc }) {
  const { transform } = createRequire(join(root, 'package.json'))('@swc/core')
  const { $schema, ...options } = JSON.parse(swcrc)
  await Promise.all(changed.map(async ({ file, out }) => {
    if (!isCode(file)) return writeWhole(out, (draft) => copyFileSync(file, draft))
    const name = relative(root, file)
    const source = readFileSync(file, 'utf8')
    const names = { filename: file, sourceFileName: relative(dirname(out), file) }
    const { code, map } = await transform(source, { ...options, ...names, swcrc: false, configFile: false }).catch((error) => {
      throw new Problem(`${name} could not be compiled: ${error.message.trim()}`)
    })
    writeWhole(`${out}.map`, (draft) => writeFileSync(draft, map))
    writeWhole(out, (draft) => writeFileSync(draft, `${code}//# sourceMappingURL=${out.split('/').at(-1)}.map\n`))
  }))
}

function remove(file) {
  rmSync(file, { force: true })
  const folder = dirname(file)
  if (readdirSync(folder).length === 0) rmdirSync(folder)
}

/**
 * Compiles every package's src to its dist with swc: only what changed, specs left out, outputs without a source removed.
 * Types are not checked here. A few milliseconds when there is nothing to do.
 */
export async function build(root) {
  const isFresh = ({ changed, stale }) => changed.length === 0 && stale.length === 0
  if (isFresh(plan(root))) return
  await withLock(join(root, 'scripts'), async () => {
    const work = plan(root)
    if (isFresh(work)) return
    const files = work.changed.length === 1 ? '1 file' : `${work.changed.length} files`
    await step(`Building ${files}`, async () => {
      await compile(root, work)
      work.stale.forEach(remove)
      const marks = Object.fromEntries(work.sources.map(({ file, mark }) => [relative(root, file), mark]))
      writeWhole(manifestFile(root), (draft) => writeFileSync(draft, JSON.stringify({ options: work.options, marks })))
    })
  })
}
