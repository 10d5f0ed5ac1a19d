// Runs on Node 24 after the build: sees to it that a nats-server is there, so that no spec has to wait for a download.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [root] = process.argv.slice(2)
const { findNatsServer } = await import(pathToFileURL(join(root, 'libs/servers/dist/index.js')).href)
try {
  await findNatsServer({ log: (sentence) => process.stderr.write(`${sentence}\n`) })
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
