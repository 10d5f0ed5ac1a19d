import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { startNatsCluster } from '@zyra/servers'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConnectOptions } from '../src/connection.ts'
import { authenticatorOf } from '../src/nkey.ts'
import { openJetStream, prepareJetStream } from '../src/open.ts'
import { adminPermissions, inboxPrefixOf, servicePermissions } from '../src/permissions.ts'
import { until } from './events.ts'

/** Three servers on this machine that keep Zyra's streams together, in a temporary folder. */
export const startTestCluster = async (services: readonly string[] = ['inventory', 'gateway']) => {
  const folder = mkdtempSync(join(tmpdir(), 'zyra-cluster-'))
  const users = [{ name: 'admin', permissions: adminPermissions() }, ...services.map((name) => ({ name, permissions: servicePermissions(name) }))]
  const cluster = await startNatsCluster({ dir: folder, users })
  const closing: (() => Promise<unknown>)[] = []

  const optionsFor = (user: string, node?: string): ConnectOptions => ({
    url: node === undefined ? cluster.url : cluster.node(node).url, name: user, inboxPrefix: inboxPrefixOf(user), seed: cluster.seeds[user] ?? '',
  })
  const manage = async <Answer>(work: (jsm: Awaited<ReturnType<typeof jetstreamManager>>) => Promise<Answer>): Promise<Answer> => {
    const { url, name, inboxPrefix, seed = '' } = optionsFor('admin')
    const nc = await connect({ servers: url.split(','), name, inboxPrefix, reconnect: false, authenticator: authenticatorOf(seed) })
    try {
      return await work(await jetstreamManager(nc))
    } finally {
      await nc.close()
    }
  }
  const succeeds = (work: () => Promise<unknown>) => async (): Promise<boolean> => work().then(() => true, () => false)
  await until('the cluster has a leader', succeeds(() => manage((jsm) => jsm.getAccountInfo())), 30_000)

  return {
    cluster,
    optionsFor,
    manage,
    /** Makes the streams. */
    prepare: (replicas: number) => prepareJetStream({ ...optionsFor('admin'), replicas }),
    /** Waits while one is being elected. */
    leaderOf: async (stream: string): Promise<string> => {
      let leader = ''
      const look = async (): Promise<void> => {
        leader = await manage(async (jsm) => (await jsm.streams.info(stream)).cluster?.leader ?? '')
        if (leader === '') throw new Error(`${stream} has no leader`)
      }
      await until(`${stream} has a leader`, succeeds(look), 30_000)
      return leader
    },
    /** What a service holds of the log, connected to one node or to any. Closed with the cluster, if not earlier. */
    open: async (user = 'inventory', node?: string) => {
      const opened = await openJetStream(optionsFor(user, node))
      closing.push(opened.close)
      return opened
    },
    stop: async () => {
      await Promise.all(closing.map((close) => close().catch(() => undefined)))
      await cluster.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** See {@link startTestCluster}. */
export type TestCluster = Awaited<ReturnType<typeof startTestCluster>>
