import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@zyra/servers'
import { openPostgres } from '@zyra/postgres'

/** A Postgres of the spec's own, that dies and comes back when told to. */
export interface SpecServer {
  readonly url: string
  readonly kill: () => Promise<void>
  readonly restart: () => Promise<void>
  readonly stop: () => Promise<void>
  /** Makes an empty database and returns its URL. */
  readonly emptyDatabase: (name: string) => Promise<string>
}

/** Starts it in a temporary folder; `stop` removes both. */
export const startSpecServer = async (): Promise<SpecServer> => {
  const dir = mkdtempSync(join(tmpdir(), 'zyra-rows-'))
  const server = await startPostgres({ dir })
  return {
    url: server.url,
    kill: server.kill,
    restart: server.restart,
    stop: async () => {
      await server.stop()
      rmSync(dir, { recursive: true, force: true })
    },
    emptyDatabase: async (name) => {
      const db = await openPostgres({ url: server.url, poolSize: 1 })
      await db.query(`create database "${name}"`)
      await db.close()
      const url = new URL(server.url)
      url.pathname = name
      return url.href
    },
  }
}
