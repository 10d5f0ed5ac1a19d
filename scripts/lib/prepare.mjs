import { fileURLToPath } from 'node:url'
import { build } from './build.mjs'
import { install } from './install.mjs'
import { requireMachine } from './machine.mjs'

/** The folder of the checkout. */
export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '')

/** Installs and builds whatever is missing or has changed. */
export async function prepare() {
  requireMachine()
  await install(root)
  await build(root)
}
