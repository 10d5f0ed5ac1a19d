import { makeSecretFile } from '@zyra/runtime'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The injection token of the secret that lets the command line in. */
export const CONTROL_TOKEN = Symbol('control token')

/** Where it lies: readable by the owner of the installation only, which is what makes them the owner. */
export const controlTokenFile = (dataDir: string): string => join(dataDir, 'secrets', 'control.token')

/** Reads the secret, or makes it on first use. @throws Error for an empty file, which an earlier release could leave behind in a power cut */
export const controlToken = (dataDir: string): string => {
  const file = controlTokenFile(dataDir)
  makeSecretFile(file, randomBytes(32).toString('base64url'))
  const token = readFileSync(file, 'utf8').trim()
  // An empty token would let everybody in.
  if (token.length < 32) throw new Error(`${file} holds no token: remove it and start again, which makes a new one.`)
  return token
}
