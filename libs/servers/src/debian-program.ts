import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fetchDebianPackage } from './debian-package.ts'
import { requireFreeSpace } from './disk.ts'

const FETCH_MIB = 200

/** A program of one file in a package of Debian's. */
export interface DebianProgram {
  /** The package. */
  readonly name: string
  /** Where the program lies in it. */
  readonly file: string
  /** Answers the program's version. @throws Error where it does not run here, or is not new enough */
  readonly check: (file: string) => Promise<string>
}

/**
 * Fetches a program of Debian's development suite, without root and without touching the system, and keeps it as `target`.
 * @returns its version
 * @throws Error in one sentence; ServerProblem where the disk is too full
 */
export async function fetchProgram({ name, file, check }: DebianProgram, target: string): Promise<string> {
  const cacheDir = dirname(target)
  mkdirSync(cacheDir, { recursive: true })
  requireFreeSpace(cacheDir, FETCH_MIB)
  const folder = mkdtempSync(join(cacheDir, 'fetch-'))
  try {
    const fetched = join(await fetchDebianPackage({ name, folder }), file)
    const version = await check(fetched)
    // Renaming within one folder is atomic: others see no file or the whole file, also when two checkouts fetch at once.
    const draft = join(folder, 'program')
    copyFileSync(fetched, draft)
    renameSync(draft, target)
    return version
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
