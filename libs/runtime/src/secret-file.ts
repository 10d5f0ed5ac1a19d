import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const codeOf = (error: unknown): unknown => (typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined)

const syncFolder = (folder: string): void => {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Written aside, on disk and readable by the owner only, then put in place: a file of that name is always whole. */
const place = (file: string, text: string, put: (draft: string) => void): void => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomUUID()}`
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx', flush: true })
    put(draft)
  } finally {
    rmSync(draft, { force: true })
  }
  syncFolder(dirname(file))
}

/**
 * The text of a secret file.
 * @returns undefined where it does not exist
 * @throws Error where others than its owner may read it
 */
export const readSecretFile = (file: string): string | undefined => {
  try {
    const mode = statSync(file).mode & 0o777
    const found = mode.toString(8).padStart(4, '0')
    if ((mode & 0o077) !== 0) throw new Error(`${file} has mode ${found}, so others may read it: expected 0600. Run: chmod 600 ${file}`)
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Puts a secret where there is none yet: of several makers at once the first wins, and none ever reads half of it. */
export const makeSecretFile = (file: string, text: string): void =>
  place(file, text, (draft) => {
    try {
      linkSync(draft, file)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
  })

/** Puts a secret in the place of what was there. */
export const replaceSecretFile = (file: string, text: string): void => place(file, text, (draft) => renameSync(draft, file))
