#!/usr/bin/env node
// Writes docs/reference/metrics.md from the metrics that the code defines. Run it after a build: npm run build && node scripts/metrics-page.mjs
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { metricsPage } from '../tools/gates/metrics.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))
const { createLogger, createMetrics } = await import(pathToFileURL(join(root, 'libs/runtime/dist/index.js')).href)
writeFileSync(join(root, 'docs/reference/metrics.md'), metricsPage(await createMetrics(createLogger('silent')).descriptions()))
