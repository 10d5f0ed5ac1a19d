import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { node24, npmCommand } from './install.mjs'
import { exitCodeOf } from './run.mjs'

const JEST_OPTIONS = '--experimental-vm-modules --disable-warning=ExperimentalWarning'

/** Runs a program in the checkout with the terminal as its output; resolves to its exit code. */
function runProgram(root, [program, ...args], env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', env })
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(exitCodeOf(code, signal)))
  })
}

const heading = (title) => process.stdout.write(`\n== ${title}\n`)

/** A check that is right or wrong as a whole: it counts as one test. */
export async function gate(root, title, script, env) {
  heading(title)
  const passed = (await runProgram(root, [...npmCommand(root), 'run', '--silent', script], env)) === 0
  if (!passed) process.stdout.write(`${title}: failed (npm run ${script})\n`)
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1 }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 0 }
  }
}

/** Runs Jest and counts by its own report; a spec file that could not run, or a run without any test, counts as one failure. */
export async function jest(root, args, { env, reportFile }) {
  heading('Tests')
  const cache = join(root, 'node_modules', '.cache', 'jest')
  const report = ['--json', `--outputFile=${reportFile}`, `--cacheDirectory=${cache}`]
  const command = [node24(root), join(root, 'node_modules/jest/bin/jest.js'), '-c', 'jest.config.mjs', ...report, ...args]
  const code = await runProgram(root, command, { ...env, NODE_OPTIONS: JEST_OPTIONS })
  const { numPassedTests: passed, numFailedTests, numRuntimeErrorTestSuites } = readReport(reportFile)
  const failed = numFailedTests + numRuntimeErrorTestSuites
  const brokeOff = failed === 0 && (code !== 0 || passed === 0)
  if (brokeOff) process.stdout.write(`Tests: Jest ended with exit code ${code} after ${passed} passed tests.\n`)
  return { passed, failed: brokeOff ? 1 : failed }
}
