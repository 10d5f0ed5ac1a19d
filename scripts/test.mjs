#!/usr/bin/env node
// npm test: installs what is missing, builds, and runs every check; the last line is "N passed, N failed".
// npm test -- <arguments of Jest> runs only Jest, with those arguments.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gate, jest } from './lib/gate.mjs'
import { end, processesOf } from './lib/leftovers.mjs'
import { prepare, root } from './lib/prepare.mjs'
import { main, Problem } from './lib/problem.mjs'
import { exitCodeOf, runCommand } from './lib/run.mjs'

const GATES = [['Lint', 'lint'], ['Boundaries', 'boundaries'], ['Types', 'types'], ['Speed', 'bench:short']]

/** The environment without what points at a running installation: tests start their own servers. */
function testEnvironment(temporary) {
  const own = (key) => (key.startsWith('ZYRA_') && key !== 'ZYRA_CACHE') || key === 'NATS_URL' || key === 'DATABASE_URL'
  const kept = Object.fromEntries(Object.entries(process.env).filter(([key]) => !own(key)))
  return {
    ...kept,
    PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    TMPDIR: temporary,
    NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'),
  }
}

/** Whether the checks have left a process or a folder behind; counts as one test and puts it right. */
function tidiness(temporary) {
  process.stdout.write('\n== Nothing left behind\n')
  const processes = processesOf(temporary)
  const entries = readdirSync(temporary)
  end(processes)
  for (const { pid, command } of processes) process.stdout.write(`Left running: process ${pid} (${command})\n`)
  for (const name of entries) process.stdout.write(`Left in the temporary folder: ${name}\n`)
  const tidy = processes.length + entries.length === 0
  return { passed: tidy ? 1 : 0, failed: tidy ? 0 : 1 }
}

async function runAll(args, temporary, report) {
  const env = testEnvironment(temporary)
  const results = []
  for (const [title, script] of args.length === 0 ? GATES : []) results.push(await gate(root, title, script, env))
  results.push(await jest(root, args, { env, reportFile: join(report, 'report.json') }))
  results.push(tidiness(temporary))
  const sum = (key) => results.reduce((total, result) => total + result[key], 0)
  return { passed: sum('passed'), failed: sum('failed') }
}

main(async () => {
  await prepare()
  const fetched = await runCommand(root, fileURLToPath(new URL('lib/fetch-nats.mjs', import.meta.url)), [root])
  if (fetched !== 0) throw new Problem('The tests need a nats-server; nothing was tested.')
  const [temporary, report] = ['zyra-test-', 'zyra-report-'].map((prefix) => mkdtempSync(join(tmpdir(), prefix)))
  const tidyUp = () => {
    end(processesOf(temporary))
    for (const folder of [temporary, report]) rmSync(folder, { recursive: true, force: true })
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      tidyUp()
      process.exit(exitCodeOf(null, signal))
    })
  }
  try {
    const { passed, failed } = await runAll(process.argv.slice(2), temporary, report)
    process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
    return failed === 0 ? 0 : 1
  } finally {
    tidyUp()
  }
})
