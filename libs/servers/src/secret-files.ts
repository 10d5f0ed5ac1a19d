import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { randomUUID } from 'node:crypto'
import { errorCode, ServerProblem } from './problem.ts'

function unreadable(file: string, error: unknown): unknown {
  if (errorCode(error) !== 'EACCES') return error
  return new ServerProblem(
    `${file} belongs to another user (was Zyra started as root before?): ` +
      `run "sudo chown -R $(id -u):$(id -g) ${dirname(dirname(file))}" and start again.`,
  )
}

/**
 * Reads a secret that lives on this machine only.
 * @returns its text without the final newline, or undefined when the file does not exist
 * @throws ServerProblem when the file is not ours to read
 */
export function readSecret(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw unreadable(file, error)
  }
}

/**
 * Reads a secret, and makes it first if it is missing. Two processes that do this at once end up with the same secret.
 * The file gets mode 0600, its folder 0700.
 */
export function readOrMakeSecret(file: string, make: () => string): string {
  const known = readSecret(file)
  if (known !== undefined && known !== '') return known
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    chmodSync(dirname(file), 0o700)
    const draft = `${file}.${randomUUID()}`
    writeFileSync(draft, `${make()}\n`, { mode: 0o600, flush: true })
    try {
      if (known === '') rmSync(file, { force: true })
      linkSync(draft, file)
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    } finally {
      rmSync(draft)
    }
  } catch (error) {
    throw unreadable(file, error)
  }
  return readFileSync(file, 'utf8').trim()
}
