import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { findProgram } from './machine.mjs'
import { node24 } from './install.mjs'
import { Problem } from './problem.mjs'

const serviceFlags = JSON.parse(readFileSync(new URL('node-flags.json', import.meta.url), 'utf8'))

/** One press of Ctrl-C may arrive several times: from the terminal and from npm. */
const ONE_PRESS_MS = 500
const FORWARDED = { SIGINT: 'SIGINT', SIGTERM: 'SIGTERM', SIGHUP: 'SIGTERM' }

/** The exit code by which shells report that a program was ended by a signal. */
export const exitCodeOf = (code, signal) => (signal ? 128 + constants.signals[signal] : code)

/**
 * Runs a script on Node 24 and hands through its output and exit code.
 *
 * The child gets a process group of its own: a terminal sends Ctrl-C to a whole group, npm forwards it once more, and the child
 * should see it once. Its flags save memory (docs/adr/0029-memory.md). It is told by the kernel when this process dies (prctl(2) PR_SET_PDEATHSIG, by setpriv).
 */
export function runService(root, script, args) {
  const setpriv = findProgram('setpriv')
  const command = [...(setpriv ? [setpriv, '--pdeathsig', 'TERM', '--'] : []), node24(root), ...serviceFlags, script, ...args]
  const child = spawn(command[0], command.slice(1), { cwd: root, stdio: 'inherit', detached: true })
  let last = -Infinity
  const pass = (signal) => {
    if (performance.now() - last < ONE_PRESS_MS) return
    last = performance.now()
    child.kill(signal)
  }
  for (const [signal, forwarded] of Object.entries(FORWARDED)) process.on(signal, () => pass(forwarded))
  // npm cannot forward a signal that it does not survive (kill -9); whoever started us through npm wants us gone then.
  const npm = process.ppid
  const watch = process.env.npm_lifecycle_event ? setInterval(() => process.ppid !== npm && pass('SIGTERM'), 1000) : undefined
  const onKilled = (signal) => last === -Infinity && process.stderr.write(`${killed(child.pid, signal)}\n`)
  return ended(child, script, onKilled).finally(() => clearInterval(watch))
}

/** Runs a short command on Node 24 in the foreground, with the terminal's signals. */
export function runCommand(root, script, args) {
  const child = spawn(node24(root), ['--enable-source-maps', script, ...args], { stdio: 'inherit' })
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  return ended(child, script)
}

/** What to tell when the services are gone and nobody here asked for it. */
export function killed(pid, signal) {
  const why = signal === 'SIGKILL' ? 'by hand, or by the kernel because memory ran out ("dmesg" tells)' : 'by something outside of Zyra'
  const rest = 'its servers stop with it, and nothing that was acknowledged is lost. Start again with "npm start".'
  return `Zyra (process ${pid}) was ended by ${signal}, ${why}: ${rest}`
}

function ended(child, script, onKilled = () => {}) {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Problem(`${script} could not be started on Node 24: ${error.message}.`)))
    child.once('exit', (code, signal) => {
      if (signal) onKilled(signal)
      resolve(exitCodeOf(code, signal))
    })
  })
}
