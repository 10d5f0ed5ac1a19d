import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { adminPermissions, inboxPrefixOf, openJetStream, prepareJetStream, servicePermissions, type JetStream } from '@zyra/jetstream'
import { startNats } from '@zyra/servers'

/** A real log in a temporary folder, as the service `inventory` sees it. */
export const startLogServer = async (): Promise<{ readonly js: JetStream; readonly stop: () => Promise<void> }> => {
  const dir = mkdtempSync(join(tmpdir(), 'zyra-testing-'))
  const users = [{ name: 'admin', permissions: adminPermissions() }, { name: 'inventory', permissions: servicePermissions('inventory') }]
  const server = await startNats({ dir, users })
  const optionsFor = (name: string) => ({ url: server.url, name, seed: server.seeds[name] ?? '', inboxPrefix: inboxPrefixOf(name) })
  await prepareJetStream(optionsFor('admin'))
  const js = await openJetStream(optionsFor('inventory'))
  return {
    js,
    stop: async () => {
      await js.close()
      await server.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
