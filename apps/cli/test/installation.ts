import { allServices } from '@zyra/all'
import { entryId } from '@zyra/contracts'
import type { DomainEvent } from '@zyra/es'
import { adminPermissions, inboxPrefixOf, openJetStream, prepareJetStream, type JetStream } from '@zyra/jetstream'
import { loadMasterKey, openVault, type Vault } from '@zyra/privacy'
import { createCodec, createDecisions, enterInRegister, entryCause, fileObjects, type Codec } from '@zyra/runtime'
import { startNats } from '@zyra/servers'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const NOW = '2026-11-20T08:00:00.000Z'
const TOP = 'admin'

/** A log server on a data folder, with what a spec needs to write into its log and to look at it. */
export interface Running {
  readonly js: JetStream
  readonly vault: Vault
  readonly codec: Codec
  /** Records an event that came from outside, as its service would. */
  readonly record: (id: string, event: DomainEvent) => Promise<void>
  /** Erases a customer of the demo shop, as the orchestrator does. */
  readonly erase: (customerId: string) => Promise<readonly string[]>
  /** The text of a customer's order, undefined where it cannot be read. */
  readonly read: (customerId: string) => Promise<string | undefined>
  readonly stop: () => Promise<void>
}

const field = (customerId: string) => ({ eventId: entryId('order', customerId), field: 'body' })

/** Runs a log server on a data folder, as `npm start` does, without the services. */
export const runOn = async (dataDir: string): Promise<Running> => {
  mkdirSync(dataDir, { recursive: true })
  const server = await startNats({ dir: dataDir, users: [{ name: TOP, permissions: adminPermissions() }] })
  const options = { url: server.url, name: 'spec', inboxPrefix: inboxPrefixOf(TOP), seed: server.seeds[TOP] ?? '' }
  await prepareJetStream(options)
  const run = { pid: process.pid, gatewayUrl: 'http://127.0.0.1:1', sandboxUrl: null, natsPort: server.port, postgresPort: 1, startedAt: NOW }
  writeFileSync(join(dataDir, 'run.json'), JSON.stringify(run))
  const js = await openJetStream(options)
  const masterKey = await loadMasterKey(join(dataDir, 'secrets', 'master.key'))
  const vault = openVault({ store: js.keys, masterKey, cacheSize: 10, maxAgeMs: 1, now: () => performance.now() })
  const codec = createCodec({ vault, objects: fileObjects(join(dataDir, 'objects')) })
  await enterInRegister(join(dataDir, 'erasures.jsonl'), { at: NOW, epoch: js.log.epoch })

  const record = async (id: string, event: DomainEvent): Promise<void> => {
    const service = event.type.slice(0, event.type.indexOf('.'))
    if (!(service in allServices)) throw new Error(`no service records ${event.type}`)
    const decisions = createDecisions({ log: js.log, codec, service, deciders: [], now: () => NOW })
    await decisions.record({ merchant: 'demo', aggregate: 'merchant', id }, [event], entryCause('demo', entryId(id), 'spec', 'user:spec'))
  }
  return {
    js, vault, codec, record,
    erase: async (customerId) => {
      const keyIds = await vault.erase('demo', { customerId, orderIds: [] })
      await enterInRegister(join(dataDir, 'erasures.jsonl'), { at: NOW, keyIds: [...keyIds] })
      return keyIds
    },
    read: async (customerId) => {
      const sealed = (await js.log.load(`zyra.demo.orchestrator.merchant.${customerId}`)).at(-1)?.data as { readonly shopDomain: string }
      return vault.decrypt({ ...field(customerId), ciphertext: sealed.shopDomain })
    },
    stop: async () => {
      await js.close()
      await server.stop()
      rmSync(join(dataDir, 'run.json'))
    },
  }
}

/** Puts something of a customer into the log that only their key opens. */
export const keepOrderOf = async ({ vault, record }: Running, customerId: string): Promise<void> => {
  const shopDomain = await vault.encrypt({ ...field(customerId), merchant: 'demo', subject: { customerId }, text: `order of ${customerId}` })
  await record(customerId, { type: 'orchestrator.MerchantRegistered', data: { mode: 'sandbox', shopDomain, etsyShopId: '1', at: null } })
}
