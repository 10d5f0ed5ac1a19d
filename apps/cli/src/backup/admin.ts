import { ADMIN } from '@zyra/all'
import { inboxPrefixOf, openStreamCopier, type StreamCopier } from '@zyra/jetstream'
import { readNatsSeed } from '@zyra/servers'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { sentenceOf, unreachable } from '../base/failure.ts'

/** The installation's own user of the log, who may do everything. */
export const adminOptions = (dataDir: string, url: string) => {
  const seed = existsSync(join(dataDir, 'secrets', `nats-${ADMIN}.seed`)) ? readNatsSeed(dataDir, ADMIN) : undefined
  return { url, name: 'zyra-cli-admin', inboxPrefix: inboxPrefixOf(ADMIN), ...(seed === undefined ? {} : { seed }) }
}

/** @throws Failure (exit code 3) when the log does not let us in */
export const openAdmin = async (dataDir: string, url: string): Promise<StreamCopier> => {
  try {
    return await openStreamCopier(adminOptions(dataDir, url))
  } catch (error) {
    throw unreachable(`The log cannot be reached (${sentenceOf(error)}): see whether "npm start" still runs, or ask "npx zyra doctor".`)
  }
}
