import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { asyncapi } from './asyncapi.mjs'
import { catalogue } from './catalogue.mjs'
import { eventsPage } from './events-page.mjs'

const read = (root, path) => JSON.parse(readFileSync(join(root, path), 'utf8'))

/** Every generated page: path to text. */
export const pages = (root) => {
  const events = catalogue(root)
  return {
    'docs/reference/asyncapi.json': `${JSON.stringify(asyncapi(events, read(root, 'package.json').version), undefined, 2)}\n`,
    'docs/reference/events.md': eventsPage(events),
  }
}
