#!/usr/bin/env node
// npm run build: installs what is missing and builds what changed.
import { prepare } from './lib/prepare.mjs'
import { main } from './lib/problem.mjs'

main(prepare)
