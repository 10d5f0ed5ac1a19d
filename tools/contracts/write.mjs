// npm run docs: writes what docs/reference says of events, from the contracts and the services.
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pages } from './pages.mjs'

const root = resolve(import.meta.dirname, '../..')
for (const [path, text] of Object.entries(pages(root))) {
  writeFileSync(join(root, path), text)
  console.log(`${path}: ${text.split('\n').length - 1} lines`)
}
