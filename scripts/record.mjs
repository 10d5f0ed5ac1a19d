#!/usr/bin/env node
// npm run record: keeps the log of a run in the sandbox in libs/contracts/histories. Later releases replay it for ever.
import { join } from 'node:path'
import { prepare, root } from './lib/prepare.mjs'
import { main } from './lib/problem.mjs'
import { runCommand } from './lib/run.mjs'

main(async () => {
  await prepare()
  return runCommand(root, join(root, 'services/all/tests/history/record.ts'), process.argv.slice(2))
})
