#!/usr/bin/env node
// npm run docs: writes docs/reference anew from the contracts. npm run release:contracts: records which versions of events are released first.
import { join } from 'node:path'
import { prepare, root } from './lib/prepare.mjs'
import { main } from './lib/problem.mjs'
import { runCommand } from './lib/run.mjs'

const programs = process.argv[2] === 'release' ? ['release', 'write'] : ['write']

main(async () => {
  await prepare()
  for (const program of programs) {
    const code = await runCommand(root, join(root, `tools/contracts/${program}.mjs`), [])
    if (code !== 0) return code
  }
  return 0
})
