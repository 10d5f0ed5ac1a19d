import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The injection token of the secret that lets the command line in. */
export const CONTROL_TOKEN = Symbol('control token')

/** Where it lies: readable by the owner of the installation only, which is what makes them the owner. */
export const controlTokenFile = (dataDir: string): string => join(dataDir, 'secrets', 'control.token')

/** Reads the secret, or makes it on first use. */
export const controlToken = (dataDir: string): string => {
  const file = controlTokenFile(dataDir)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  try {
    writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(typeof error === 'object' && error !== null && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return readFileSync(file, 'utf8').trim()
}
