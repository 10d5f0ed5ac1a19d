import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '@nats-io/transport-node'
import { startNats } from '@zyra/servers'
import type { ConnectOptions } from '../src/connection.ts'
import { authenticatorOf } from '../src/nkey.ts'
import { openJetStream, prepareJetStream, sealOpenSegment } from '../src/open.ts'
import { adminPermissions, inboxPrefixOf, readerPermissions, sealerPermissions, servicePermissions } from '../src/permissions.ts'

const services = ['gateway', 'inventory', 'orchestrator']

/** A server of its own in a temporary folder, with Zyra's users and, unless it is to be empty, streams. */
export const startTestServer = async ({ empty = false, memoryMib }: { readonly empty?: boolean; readonly memoryMib?: number } = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'zyra-jetstream-'))
  const users = [
    { name: 'admin', permissions: adminPermissions() },
    { name: 'cli', permissions: readerPermissions('cli') },
    { name: 'sealer', permissions: sealerPermissions('sealer') },
    ...services.map((name) => ({ name, permissions: servicePermissions(name) })),
  ]
  const server = await startNats({ dir: folder, users, ...(memoryMib === undefined ? {} : { memoryMib }) })
  const closing: (() => Promise<unknown>)[] = []

  const optionsFor = (user: string): ConnectOptions => ({
    url: server.url, name: user, inboxPrefix: inboxPrefixOf(user), seed: server.seeds[user] ?? '',
  })
  if (!empty) await prepareJetStream(optionsFor('admin'))

  const open = async (user = 'inventory') => {
    const opened = await openJetStream(optionsFor(user))
    closing.push(opened.close)
    return opened
  }

  return {
    folder,
    pid: () => server.pid,
    kill: server.kill,
    restart: server.restart,
    optionsFor,
    /** What a service holds of the log. Closed with the server, if not earlier. */
    open,
    /** Goes on from the open segment to the next one. Answers its number. */
    seal: async (): Promise<number> => {
      const reader = await openJetStream(optionsFor('cli'))
      const number = (await reader.segments()).length
      await reader.close()
      if (!(await sealOpenSegment({ ...optionsFor('admin'), number }))) throw new Error(`segment ${number} was not sealed`)
      return number
    },
    prepare: () => prepareJetStream(optionsFor('admin')),
    /** The client library's own connection, to look at what the library under test does. */
    connect: async (user = 'inventory') => {
      const { url, name, inboxPrefix, seed = '' } = optionsFor(user)
      const nc = await connect({
        servers: url, name, inboxPrefix, reconnect: false, authenticator: authenticatorOf(seed),
      })
      closing.push(() => nc.close())
      return nc
    },
    stop: async () => {
      await Promise.all(closing.map((close) => close().catch(() => undefined)))
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** See {@link startTestServer}. */
export type TestServer = Awaited<ReturnType<typeof startTestServer>>
