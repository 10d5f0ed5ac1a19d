// npm run release:contracts: from now on the fixtures and schemas of every version stay as they are.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { broken, LOCK, present, readLock, released } from './released.mjs'

const root = resolve(import.meta.dirname, '../..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const lock = existsSync(join(root, LOCK)) ? readLock(root) : { release: version, versions: {} }
const now = present(root)
const problems = broken(lock, now)
for (const problem of problems) console.error(problem)

if (problems.length > 0) {
  process.exitCode = 1
} else {
  const next = released(lock, now, version)
  writeFileSync(join(root, LOCK), `${JSON.stringify(next, undefined, 2)}\n`)
  const fresh = Object.keys(next.versions).filter((key) => !(key in lock.versions))
  console.log(`${LOCK}: ${Object.keys(next.versions).length} versions of events are released, ${fresh.length} of them with ${version}.`)
}
