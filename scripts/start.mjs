#!/usr/bin/env node
// npm start: installs what is missing, builds what changed, and runs every service on Node 24.
import { join } from 'node:path'
import { prepare, root } from './lib/prepare.mjs'
import { main } from './lib/problem.mjs'
import { runService } from './lib/run.mjs'

main(async () => {
  await prepare()
  return runService(root, join(root, 'services/all/dist/main.js'), process.argv.slice(2))
})
