import { adminPermissions, inboxPrefixOf, openJetStream, prepareJetStream, servicePermissions } from '@zyra/jetstream'
import { startNats, startPostgres } from '@zyra/servers'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A Postgres of its own in a temporary folder. */
export const startTestPostgres = async () => {
  const dir = mkdtempSync(join(tmpdir(), 'zyra-runtime-'))
  const postgres = await startPostgres({ dir })
  return {
    url: postgres.url,
    stop: async () => {
      await postgres.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** NATS with Zyra's users and streams, and Postgres, in a temporary folder. */
export const startTestServers = async (services: readonly string[]) => {
  const dir = mkdtempSync(join(tmpdir(), 'zyra-runtime-'))
  const users = [{ name: 'admin', permissions: adminPermissions() }, ...services.map((name) => ({ name, permissions: servicePermissions(name) }))]
  const [nats, postgres] = await Promise.all([startNats({ dir, users }), startPostgres({ dir })])
  const optionsFor = (user: string) => ({ url: nats.url, name: user, inboxPrefix: inboxPrefixOf(user), seed: nats.seeds[user] ?? '' })
  await prepareJetStream(optionsFor('admin'))
  return {
    dir,
    natsUrl: nats.url,
    databaseUrl: postgres.url,
    seedOf: (user: string) => nats.seeds[user],
    connect: (user: string) => openJetStream(optionsFor(user)),
    stop: async () => {
      await Promise.all([nats.stop(), postgres.stop()])
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
