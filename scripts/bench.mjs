#!/usr/bin/env node
// npm run bench: installs what is missing, builds, and measures; npm run bench:peers measures beside what others would pick.
import { join } from 'node:path'
import { prepare, root } from './lib/prepare.mjs'
import { main } from './lib/problem.mjs'
import { runCommand } from './lib/run.mjs'

main(async () => {
  await prepare()
  const [first, ...rest] = process.argv.slice(2)
  const [program, args] = first === 'peers' ? ['peers/main.js', rest] : ['main.js', process.argv.slice(2)]
  return runCommand(root, join(root, 'bench/dist', program), args)
})
