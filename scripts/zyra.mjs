#!/usr/bin/env node
// npx zyra: the command line, on Node 24 and up to date with its sources.
import { join } from 'node:path'
import { prepare, root } from './lib/prepare.mjs'
import { main } from './lib/problem.mjs'
import { runCommand } from './lib/run.mjs'

main(async () => {
  await prepare()
  return runCommand(root, join(root, 'apps/cli/dist/main.js'), process.argv.slice(2))
})
